/** Keeps one session's line open.
 *
 * The theory: the line is allowed to break at any byte. What was handled is remembered as the id of the last frame,
 * and every new try asks for what comes after it, so a break costs time and never a frame. Nothing is handed out twice
 * unless the reader asks for it with `rewind`.
 */
import { backoffMs, RETRY_MS } from './backoff'
import type { Delivery, Frame } from './frames'
import { step, type LineState, type LineVerb } from './machine'
import { closeSession, FINAL_STATUSES, LineError, openSession, RENEWABLE_STATUSES, type Door, type Session } from './session'
import { TRANSPORTS, type Cursor, type Transport } from './transports'
import { listen, pause, Watchdog } from './timing'

/** Heartbeats come at most 15 s apart: three missed ones mean a dead line. */
export const IDLE_MS_MAX = 45_000
/** So many opened lines that never carried a byte mean a proxy that buffers: poll instead. */
export const SILENT_LINES_MAX = 2

export interface StreamOptions {
  conversationId?: string | null
  /** Position after which to begin; without it the session's own position. */
  after?: number
  base?: string
  fetch?: typeof fetch
  headers?: (method: string) => Record<string, string>
  onFrame: (frame: Frame, id: string | undefined) => void
  onState?: (state: LineState, reason?: LineError) => void
  idleMs?: number
  random?: () => number
  transport?: Transport
}

export class StreamClient {
  state: LineState = 'idle'
  transport: Transport
  private session: Session | null = null
  private readonly cursor: Cursor
  private readonly door: Door
  private attempt = 0
  private silentLines = 0
  private retryMs = RETRY_MS
  private stopping = new AbortController()
  private line = new AbortController()
  private wake: () => void = () => undefined
  private heardAt = 0

  constructor(private readonly options: StreamOptions) {
    this.transport = options.transport ?? 'sse'
    this.cursor = { lastId: null, after: options.after ?? -1 }
    this.door = {
      base: options.base ?? '',
      fetch: options.fetch ?? ((...args) => globalThis.fetch(...args)),
      headers: options.headers ?? (() => ({})),
    }
  }

  get sessionId(): string | null {
    return this.session?.id ?? null
  }

  start(): this {
    if (this.state !== 'idle' && this.state !== 'ended') return this
    this.stopping = new AbortController()
    this.move('start')
    const deaf = listen(() => this.networkBack(), () => this.networkGone(), () => this.seen())
    this.stopping.signal.addEventListener('abort', deaf, { once: true })
    void this.run()
    return this
  }

  /** Ends for good and lets the server forget the session. */
  stop(): void {
    if (this.state === 'ended') return
    this.hangUp()
    this.move('stop')
    if (this.session) void closeSession(this.door, this.session)
    this.session = null
  }

  /** Try now instead of waiting out the back-off. */
  reconnect(): void {
    this.attempt = 0
    this.line.abort()
    this.wake()
  }

  /** Ask again for everything after `id`; used by a fold that found a hole. */
  rewind(id: string): void {
    this.cursor.lastId = id
    this.reconnect()
  }

  private move(verb: LineVerb, reason?: LineError): void {
    const next = step(this.state, verb)
    if (next === this.state) return
    this.state = next
    this.options.onState?.(next, reason)
  }

  private hangUp(): void {
    this.stopping.abort()
    this.line.abort()
    this.wake()
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping
    while (!signal.aborted) {
      const problem = await this.oneLine()
      if (signal.aborted) return
      if (problem && this.isFinal(problem)) {
        this.hangUp()
        return this.move('refused', problem)
      }
      this.move('lost')
      if (typeof navigator !== 'undefined' && navigator.onLine === false) this.move('network_gone')
      await pause(backoffMs(this.attempt++, this.retryMs, this.options.random), signal, (wake) => (this.wake = wake))
    }
  }

  /** A session that went away may be renewed; when the renewal itself is refused, that is final. */
  private isFinal(problem: LineError): boolean {
    const hadSession = this.session !== null
    if (hadSession && RENEWABLE_STATUSES.has(problem.status)) {
      this.session = null
      return false
    }
    return FINAL_STATUSES.has(problem.status)
  }

  private async oneLine(): Promise<LineError | null> {
    const line = (this.line = new AbortController())
    let heard = false
    const watchdog = new Watchdog(this.options.idleMs ?? IDLE_MS_MAX, () => {
      this.countSilence(heard)
      line.abort()
    })
    try {
      this.session ??= await openSession(this.door, this.options.conversationId ?? null, line.signal)
      if (this.cursor.after < 0) this.cursor.after = this.session.position
      const ears = {
        onOpen: () => (watchdog.feed(), this.move('opened')),
        onRetry: (ms: number) => (this.retryMs = ms),
        onBytes: () => ((heard = true), this.hear(watchdog)),
      }
      const way = { door: this.door, session: this.session, cursor: this.cursor, signal: line.signal }
      for await (const delivery of TRANSPORTS[this.transport](way, ears)) {
        if (line.signal.aborted) break
        this.hand(delivery, line.signal)
      }
      return null
    } catch (error) {
      return error instanceof LineError ? error : null
    } finally {
      watchdog.stop()
      if (heard) this.silentLines = 0
    }
  }

  private hear(watchdog: Watchdog): void {
    watchdog.feed()
    this.heardAt = Date.now()
    this.attempt = 0
  }

  /** The id moves on only after the reader took the frame, and not when the reader broke the line over it. */
  private hand({ frame, id }: Delivery, signal: AbortSignal): void {
    this.options.onFrame(frame, id)
    if (id !== undefined && !signal.aborted) this.cursor.lastId = id
  }

  private countSilence(heard: boolean): void {
    if (heard || this.session === null) return
    this.silentLines += 1
    if (this.silentLines >= SILENT_LINES_MAX) this.transport = 'poll'
  }

  private networkBack(): void {
    this.move('network_back')
    this.reconnect()
  }

  private networkGone(): void {
    this.move('network_gone')
    this.line.abort()
  }

  /** A page that slept cannot trust its timers: on waking, a line silent for long is replaced at once. */
  private seen(): void {
    const silentMs = Date.now() - this.heardAt
    if (this.state === 'live' ? silentMs > IDLE_MS_MAX / 2 : this.state !== 'ended') this.reconnect()
  }
}
