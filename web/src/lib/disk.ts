import { readonly, ref } from 'vue'

const refusals = ref(0)

/** The API client reports here when something could not be kept; who shows why then asks the server. */
export function noteRefusal(status: number): void {
  if (status === 507 || status === 503) refusals.value++
}

/** How often the server could not keep something since the page was opened. */
export const useRefusals = () => readonly(refusals)
