import { EventSourceParserStream } from 'eventsource-parser/stream'
import { frameOf, type Delivery } from './frames'

/** What a reader of the line hears besides frames. */
export interface LineEars {
  onBytes?: () => void
  onRetry?: (ms: number) => void
}

function counting(onBytes: (() => void) | undefined): TransformStream<Uint8Array, Uint8Array> {
  return new TransformStream({
    transform(chunk, controller) {
      onBytes?.()
      controller.enqueue(chunk)
    },
  })
}

/** JSON of one event; a line that is not JSON is somebody else's and is skipped. */
function parsed(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return null
  }
}

/** The frames of one SSE response, until the server closes it or the signal fires. */
export async function* readFrames(response: Response, ears: LineEars = {}, signal?: AbortSignal): AsyncGenerator<Delivery> {
  if (!response.body) return
  const events = response.body
    .pipeThrough(counting(ears.onBytes))
    .pipeThrough(new TextDecoderStream() as unknown as ReadableWritablePair<string, Uint8Array>)
    .pipeThrough(new EventSourceParserStream({ onRetry: ears.onRetry }))
  const reader = events.getReader()
  signal?.addEventListener('abort', () => void reader.cancel().catch(() => undefined), { once: true })
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const frame = frameOf(value.event, parsed(value.data))
      if (frame) yield { frame, ...(value.id === undefined ? {} : { id: value.id }) }
    }
  } finally {
    // the reader may leave early (a hole, a stop): the body must not stay open behind its back
    await reader.cancel().catch(() => undefined)
  }
}
