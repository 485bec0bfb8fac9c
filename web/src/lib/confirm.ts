import { defineStore } from 'pinia'
import { shallowRef } from 'vue'

export interface Question {
  title: string
  text?: string
  /** The verb on the button that goes ahead. */
  action: string
  tone?: 'bad'
}

/** Ask before something that is not easily taken back: `if (await confirm.ask({…})) …`. */
export const useConfirm = defineStore('confirm', () => {
  const question = shallowRef<Question | null>(null)
  let settle: (yes: boolean) => void = () => {}

  function ask(asked: Question): Promise<boolean> {
    settle(false)
    question.value = asked
    return new Promise((resolve) => (settle = resolve))
  }

  function answer(yes: boolean): void {
    question.value = null
    settle(yes)
  }

  return { question, ask, answer }
})
