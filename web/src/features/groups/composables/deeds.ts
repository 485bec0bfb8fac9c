import { useMutation, useQueryClient } from '@tanstack/vue-query'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { conversationsKey } from '@/features/chat/composables/keys'
import { useProblemText } from '@/lib/problem-text'
import { useToasts } from '@/lib/toasts'
import { createGroup, groupsKey, restoreGroup, startGroupChat, trashGroup, type Group } from '../groups.api'

/** What can be done with a group from anywhere; each tells what happened and offers the way back. */
export function useGroupDeeds() {
  const { t } = useI18n()
  const router = useRouter()
  const queries = useQueryClient()
  const toasts = useToasts()
  const problem = useProblemText()
  const onError = (error: unknown): unknown => toasts.show(problem.line(error), { tone: 'bad' })
  const again = () => Promise.all([groupsKey, ['group'], conversationsKey].map((queryKey) => queries.invalidateQueries({ queryKey })))

  const making = useMutation({
    mutationFn: createGroup,
    onSuccess: async ({ id }) => {
      void queries.invalidateQueries({ queryKey: groupsKey })
      await router.push({ name: 'group', params: { id } })
    },
    onError,
  })
  const starting = useMutation({
    mutationFn: (id: string) => startGroupChat(id),
    onSuccess: async ({ id }) => {
      void queries.invalidateQueries({ queryKey: conversationsKey })
      await router.push({ name: 'chat', params: { conversationId: id } })
    },
    onError,
  })
  const restoring = useMutation({
    mutationFn: ({ id }: Pick<Group, 'id' | 'name'>) => restoreGroup(id),
    onSuccess: async (_made, { name }) => { await again(); toasts.show(t('groups.restored', { name }), { tone: 'ok' }) },
    onError,
  })
  const trashing = useMutation({
    mutationFn: ({ id }: Pick<Group, 'id' | 'name'>) => trashGroup(id),
    onSuccess: async (_none, group) => {
      await again()
      toasts.show(t('groups.trashed', { name: group.name }), { action: { label: t('common.undo'), run: () => restoring.mutate(group) } })
    },
    onError,
  })
  return { make: making.mutateAsync, making: making.isPending, start: (id: string) => starting.mutate(id), starting: starting.isPending, trash: trashing.mutateAsync, restore: restoring.mutate }
}
