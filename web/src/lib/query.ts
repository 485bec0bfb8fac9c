import { computed, type WritableComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/** A text that lives in the address: `?q=…`. Empty is left out. */
export function queryText(name: string): WritableComputedRef<string> {
  const route = useRoute()
  const router = useRouter()
  return computed({
    get: () => (typeof route.query[name] === 'string' ? route.query[name] : ''),
    set: (value) => void router.replace({ query: { ...route.query, [name]: value || undefined } }),
  })
}

/** One of a few words in the address; the first is the default and left out. */
export function queryChoice<T extends string>(name: string, choices: readonly T[]): WritableComputedRef<T> {
  const text = queryText(name)
  return computed({
    get: () => choices.find((choice) => choice === text.value) ?? choices[0]!,
    set: (value) => (text.value = value === choices[0] ? '' : value),
  })
}

/** Several texts under one name: `?tag=a&tag=b`. */
export function queryTexts(name: string): WritableComputedRef<string[]> {
  const route = useRoute()
  const router = useRouter()
  return computed({
    get: () => [route.query[name] ?? []].flat().filter((one): one is string => typeof one === 'string'),
    set: (values) => void router.replace({ query: { ...route.query, [name]: values.length > 1 ? values : values[0] } }),
  })
}
