/** How the line is, as a table: state × what happened → state. What the table does not name changes nothing. */

export type LineState = 'idle' | 'connecting' | 'live' | 'reconnecting' | 'offline' | 'ended'
export type LineVerb = 'start' | 'opened' | 'lost' | 'network_gone' | 'network_back' | 'refused' | 'stop'

export const TRANSITIONS: Record<LineState, Partial<Record<LineVerb, LineState>>> = {
  idle: { start: 'connecting', stop: 'ended' },
  connecting: { opened: 'live', lost: 'reconnecting', network_gone: 'offline', refused: 'ended', stop: 'ended' },
  live: { lost: 'reconnecting', network_gone: 'offline', refused: 'ended', stop: 'ended' },
  reconnecting: { opened: 'live', network_gone: 'offline', refused: 'ended', stop: 'ended' },
  offline: { opened: 'live', network_back: 'reconnecting', refused: 'ended', stop: 'ended' },
  ended: { start: 'connecting' },
}

export function step(state: LineState, verb: LineVerb): LineState {
  return TRANSITIONS[state][verb] ?? state
}
