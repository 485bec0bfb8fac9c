import { useMutation, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { conversationsKey } from '@/features/chat/composables/keys'
import { useProblemText } from '@/lib/problem-text'
import { useToasts } from '@/lib/toasts'
import { changeGroup, groupKey, groupsKey, readGroup, type Group, type GroupChange } from '../groups.api'

type Change = GroupChange | ((group: Group) => GroupChange)

/** One group and every change of it: each is sent at once, one after the other, with the version that stood then. */
export function useGroup(id: Ref<string | null | undefined>) {
  const queries = useQueryClient()
  const toasts = useToasts()
  const problem = useProblemText()
  const query = useQuery({ queryKey: computed(() => groupKey(id.value ?? '')), queryFn: () => readGroup(id.value!), enabled: computed(() => Boolean(id.value)) })

  /** What was changed is seen in lists and in the chats of the group. */
  function tell(group: Group): void {
    queries.setQueryData(groupKey(group.id), group)
    for (const queryKey of [groupsKey, conversationsKey, ['conversation']]) void queries.invalidateQueries({ queryKey })
  }

  const changing = useMutation({
    scope: { id: 'group' },
    mutationFn: async ({ of, change }: { of: string; change: Change }) => {
      const now = queries.getQueryData<Group>(groupKey(of)) ?? (await readGroup(of))
      return changeGroup(of, { version: now.version, ...(typeof change === 'function' ? change(now) : change) })
    },
    onSuccess: tell,
    onError: (error, { of }) => {
      toasts.show(problem.line(error), { tone: 'bad' })
      void queries.invalidateQueries({ queryKey: groupKey(of) })
    },
  })
  /** Says whether the server took it. */
  async function change(wanted: Change): Promise<Group | null> {
    if (!id.value) return null
    return changing.mutateAsync({ of: id.value, change: wanted }).catch(() => null)
  }
  return { query, group: query.data, change, changing: changing.isPending, tell }
}

export type OneGroup = ReturnType<typeof useGroup>
