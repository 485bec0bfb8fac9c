import type { Data } from './presets.types'

export interface QuickReply {
  label: string
  message: string
  title?: string
  isHidden?: boolean
  [other: string]: unknown
}
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** The replies of a set in either of its two forms; the old one calls a message `mes`. */
export function repliesOf(data: Data): QuickReply[] {
  const list = Array.isArray(data.qrList) ? data.qrList : Array.isArray(data.quickReplySlots) ? data.quickReplySlots : []
  return list.filter(isObject).map((one) => ({ ...one, label: String(one.label ?? ''), message: String(one.message ?? one.mes ?? ''), isHidden: Boolean(one.isHidden ?? one.hidden) }))
}
/** The set with its replies written anew, in the form it has. */
export function withReplies(data: Data, replies: readonly QuickReply[]): Data {
  if (Array.isArray(data.qrList) || !Array.isArray(data.quickReplySlots)) return { ...data, qrList: replies }
  return { ...data, quickReplySlots: replies.map(({ message, isHidden, ...rest }) => ({ ...rest, mes: message, hidden: isHidden })) }
}
/** A text without commands can be used here; scripts are kept for SillyTavern. */
export const isPlain = (message: string): boolean => message.trim() !== '' && !/^\s*\//m.test(message) && !/\|\s*\//.test(message)
export const usable = (data: Data): QuickReply[] => repliesOf(data).filter((one) => one.label.trim() && !one.isHidden && isPlain(one.message))
