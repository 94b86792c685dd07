// When the session ends, and whether the officer should hear of it now.
import type { Session } from '../core/types';

const WARN_MS = 2 * 60_000;
const WARN_ENDS_MS = 10 * 60_000;

export type Warning = { kind: 'idle' | 'total'; minutes: number } | null;

/** Idle: two minutes before the desk locks. Total: ten minutes before, once the eight hours are what ends it. */
export function warningOf(session: Pick<Session, 'until' | 'ends'>, nowMs: number): Warning {
  const untilMs = Date.parse(session.until);
  const endsMs = Date.parse(session.ends);
  const minutes = (ms: number): number => Math.max(0, Math.ceil((ms - nowMs) / 60_000));
  if (endsMs - nowMs <= WARN_ENDS_MS) return { kind: 'total', minutes: minutes(endsMs) };
  if (untilMs - nowMs <= WARN_MS) return { kind: 'idle', minutes: minutes(untilMs) };
  return null;
}
