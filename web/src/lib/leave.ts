import { useEventListener } from '@vueuse/core'
import { toValue, type MaybeRefOrGetter } from 'vue'
import { useI18n } from 'vue-i18n'
import { onBeforeRouteLeave } from 'vue-router'
import { useConfirm } from './confirm'

/** Nobody leaves a page with unsaved work by accident: not by a link, not by closing the tab. */
export function useLeaveGuard(unsaved: MaybeRefOrGetter<boolean>): void {
  const { t } = useI18n()
  const confirm = useConfirm()
  onBeforeRouteLeave(() => !toValue(unsaved)
    || confirm.ask({ title: t('common.discard_title'), text: t('common.discard_text'), action: t('common.discard'), tone: 'bad' }))
  useEventListener(window, 'beforeunload', (event) => { if (toValue(unsaved)) event.preventDefault() })
}
