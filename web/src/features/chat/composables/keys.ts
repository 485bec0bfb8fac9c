/** Names of what vue-query keeps for this area. */
export const conversationsKey = ['conversations'] as const
export const conversationKey = (id: string) => ['conversation', id] as const
export const whyKey = (messageId: string, variantId: string, status: string) => ['why', messageId, variantId, status] as const
export const variantsKey = (messageId: string) => ['variants', messageId] as const
export const characterKey = (id: string) => ['character', id] as const
export const connectionsKey = ['connections'] as const
export const daysKey = (id: string) => ['days', id] as const
export const bookmarksKey = (id: string) => ['bookmarks', id] as const
export const changesKey = (id: string) => ['changes', id] as const
export const treeKey = (id: string) => ['tree', id] as const
