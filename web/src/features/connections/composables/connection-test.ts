import { useMutation } from '@tanstack/vue-query'
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { TestResult } from '@/api/shapes'
import { useProblemText } from '@/lib/problem-text'

export interface Verdict {
  tone: 'ok' | 'bad'
  text: string
  detail: string
}

/** Ask a model's server now, and put what came back into words. */
export function useConnectionTest(test: () => Promise<TestResult>, tested: (result: TestResult) => void = () => {}) {
  const { t, te, n } = useI18n()
  const problem = useProblemText()
  const testing = useMutation({ mutationFn: test, onSuccess: tested })

  const refusal = ({ code, detail }: TestResult): Verdict => {
    const known = `errors.title.${code}`
    return { tone: 'bad', text: code && te(known) ? t(known) : t('connections.fails'), detail: detail ?? '' }
  }
  const verdict = computed<Verdict | null>(() => {
    if (testing.isPending.value) return null
    if (testing.error.value) return { tone: 'bad', text: problem.line(testing.error.value), detail: '' }
    const result = testing.data.value
    if (!result) return null
    return result.ok ? { tone: 'ok', text: t('connections.works', { ms: n(Math.round(result.latency_ms ?? 0)) }), detail: '' } : refusal(result)
  })
  return { run: () => testing.mutate(), ask: () => testing.mutateAsync(), busy: testing.isPending, verdict }
}
