export { StreamClient, IDLE_MS_MAX, type StreamOptions } from './client'
export { FIRST_BYTE_MS_MAX, SILENT_LINES_MAX } from './ladder'
export { LineError } from './session'
export { readFrames, type LineEars } from './sse'
export { backoffMs } from './backoff'
export { TRANSITIONS, step, type LineState, type LineVerb } from './machine'
export { frameOf, deliveryOf } from './frames'
export type {
  Actor, CompleteFrame, Delivery, ErrorFrame, EventFrame, Frame, HeartbeatFrame, IdsFrame, NewsFrame, TokenFrame, Usage,
} from './frames'
export type { Transport } from './transports'
