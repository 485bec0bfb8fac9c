import { useI18n } from 'vue-i18n'
import { asProblem, type ApiProblem } from './problem'

/** Problems in the reader's language: ours by code, else by kind of status, else the server's own sentence. */
export function useProblemText() {
  const { t, te, locale } = useI18n()
  const known = (part: string, problem: ApiProblem): string | undefined => {
    const family = problem.status >= 500 ? 'server' : String(problem.status)
    return [problem.code, family].map((name) => `errors.${part}.${name}`).filter((key) => te(key)).map((key) => t(key))[0]
  }
  /** The server speaks English; its sentence is more exact than ours where the reader does too. */
  const served = (problem: ApiProblem): string => (locale.value === 'en' ? problem.detail || problem.title : '')
  const title = (problem: ApiProblem): string => known('title', problem) ?? t('errors.title.unexpected')
  const hint = (problem: ApiProblem): string => served(problem) || known('hint', problem) || problem.detail
  /** One line for toasts and forms. */
  const line = (error: unknown): string => {
    const problem = asProblem(error)
    const exact = `errors.title.${problem.code}`
    return te(exact) ? t(exact) : served(problem) || title(problem)
  }
  return { title, hint, line }
}
