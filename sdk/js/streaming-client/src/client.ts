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
import { FIRST_BYTE_MS_MAX, Ladder, LADDER } from './ladder'
import { ask, TRANSPORTS, WayBlocked, type Cursor, type Transport } from './transports'
import { listen, pause, Watchdog } from './timing'

/** Heartbeats come at most 15 s apart: three missed ones mean a dead line. */
export const IDLE_MS_MAX = 45_000

/** How long a plain question may take before nothing goes through at all. */
const PROBE_MS_MAX = 5_000

/** What became of a line: whether it brought anything, and whether its way may be to blame. */
interface Tried {
  heard: boolean
  suspect: boolean
}

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
  firstByteMs?: number
  random?: () => number
  /** The way to begin with: what worked here before. */
  transport?: Transport
  /** Called when a line carries, with the way it goes. */
  onTransport?: (transport: Transport) => void
  WebSocket?: typeof WebSocket
}

export class StreamClient {
  state: LineState = 'idle'
  private readonly ladder: Ladder
  private say: ((text: string) => void) | null = null
  private session: Session | null = null
  private readonly cursor: Cursor
  private readonly door: Door
  private attempt = 0
  private retryMs = RETRY_MS
  private stopping = new AbortController()
  private line = new AbortController()
  private wake: () => void = () => undefined
  private heardAt = 0

  constructor(private readonly options: StreamOptions) {
    this.cursor = { lastId: null, after: options.after ?? -1 }
    this.door = {
      base: options.base ?? '',
      fetch: options.fetch ?? ((...args) => globalThis.fetch(...args)),
      headers: options.headers ?? (() => ({})),
      WebSocket: options.WebSocket ?? globalThis.WebSocket,
    }
    this.ladder = new Ladder(this.ways(), options.transport ?? 'sse')
  }

  /** A browser's socket carries cookies and no headers: who shows a key goes without it. */
  private ways(): readonly Transport[] {
    const keyed = Object.keys(this.door.headers('GET')).length > 0
    return this.door.WebSocket && !keyed ? LADDER : LADDER.filter((way) => way !== 'ws')
  }

  get transport(): Transport {
    return this.ladder.current
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

  /** Stop a reply: through the open line when it takes words, otherwise by a request of its own. */
  async interrupt(taskId: string): Promise<void> {
    if (this.say) return this.say(JSON.stringify({ interrupt: taskId }))
    if (!this.session) return
    const headers = { 'Content-Type': 'application/json', ...this.door.headers('POST') }
    const body = JSON.stringify({ task_id: taskId })
    await this.door.fetch(`${this.door.base}/api/stream/${this.session.id}/interrupt`, { method: 'POST', credentials: 'same-origin', headers, body })
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
      const before = this.transport
      const problem = await this.oneLine()
      if (signal.aborted) return
      if (problem && this.isFinal(problem)) {
        this.hangUp()
        return this.move('refused', problem)
      }
      this.move('lost')
      if (typeof navigator !== 'undefined' && navigator.onLine === false) this.move('network_gone')
      // Another way is tried at once: nothing says that the server wants to be left alone.
      if (this.transport !== before) continue
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
    const tried: Tried = { heard: false, suspect: false }
    const watchdog = new Watchdog(this.options.idleMs ?? IDLE_MS_MAX, () => {
      tried.suspect = tried.heard && this.ladder.fellSilent()
      line.abort()
    })
    try {
      this.session ??= await openSession(this.door, this.options.conversationId ?? null, line.signal)
      if (this.cursor.after < 0) this.cursor.after = this.session.position
      await this.follow(this.session, line, { tried, watchdog })
    } catch (error) {
      if (error instanceof LineError) return error
      tried.suspect ||= error instanceof WayBlocked
    } finally {
      this.say = null
      watchdog.stop()
    }
    return tried.suspect ? this.judge() : null
  }

  private async follow(session: Session, line: AbortController, { tried, watchdog }: { tried: Tried; watchdog: Watchdog }): Promise<void> {
    const early = new Watchdog(this.options.firstByteMs ?? FIRST_BYTE_MS_MAX, () => {
      if (tried.heard) return
      tried.suspect = true
      line.abort()
    })
    const ears = {
      onOpen: () => (watchdog.feed(), this.move('opened')),
      onRetry: (ms: number) => (this.retryMs = ms),
      onBytes: () => {
        if (!tried.heard) this.options.onTransport?.(this.transport)
        tried.heard = true
        this.hear(watchdog)
      },
      onVoice: (say: (text: string) => void) => (this.say = say),
    }
    const way = { door: this.door, session, cursor: this.cursor, signal: line.signal }
    try {
      for await (const delivery of TRANSPORTS[this.transport](way, ears)) {
        if (line.signal.aborted) break
        this.ladder.carried()
        this.hand(delivery, line.signal)
      }
    } finally {
      early.stop()
    }
  }

  /** The line looked as if its way were blocked. When a plain question is answered, it is; otherwise nothing goes through. */
  private async judge(): Promise<LineError | null> {
    if (!this.session || this.stopping.signal.aborted) return null
    const probe = (this.line = new AbortController())
    const timer = setTimeout(() => probe.abort(), PROBE_MS_MAX)
    try {
      await ask({ door: this.door, session: this.session, cursor: this.cursor, signal: probe.signal }, 0)
      this.ladder.blame()
      return null
    } catch (error) {
      return error instanceof LineError && error.status ? error : null
    } finally {
      clearTimeout(timer)
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
