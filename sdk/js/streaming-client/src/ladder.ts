/** Which way to take to the server, and which one next when it does not carry.
 *
 * The theory: an event stream is the cheapest; some proxies hold it back until it ends, then a WebSocket mostly passes;
 * where that is refused too, single questions always do. A way is blamed only for what is its own doing: an answer that
 * opened and brought nothing, a socket that was refused. A server that is down is nobody's fault.
 */
import type { Transport } from './transports'

export const LADDER: readonly Transport[] = ['sse', 'ws', 'poll']
/** The server speaks at once when a stream opens: silence for so long means that somebody holds it back. */
export const FIRST_BYTE_MS_MAX = 8_000
/** So many opened lines in a row that fell silent although heartbeats were due mean the same. */
export const SILENT_LINES_MAX = 2

export class Ladder {
  private silent = 0

  constructor(readonly ways: readonly Transport[], public current: Transport) {
    if (!ways.includes(current)) this.current = ways[0]!
  }

  /** The line carried something: it is well. */
  carried(): void {
    this.silent = 0
  }

  /** The line fell silent in the middle; says whether that is often enough to doubt the way. */
  fellSilent(): boolean {
    this.silent += 1
    return this.silent >= SILENT_LINES_MAX
  }

  /** This way does not work here; the last one is never given up. */
  blame(): boolean {
    const next = this.ways[this.ways.indexOf(this.current) + 1]
    this.silent = 0
    if (!next) return false
    this.current = next
    return true
  }
}
