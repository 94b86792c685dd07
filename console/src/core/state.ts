// State that all screens share: who is logged in, for which piece of work, whether the node answers. Nothing of it outlives the
// tab but the reason and the case of the piece of work, which a reload must not lose; log-out clears them.
import { computed, effect, signal } from '@preact/signals';
import type { Session } from './types';

export const session = signal<Session | null>(null);
/** Why there is none: nothing asked yet, never logged in, ended by time or elsewhere, logged out. */
export const sessionGone = signal<'unknown' | 'none' | 'over' | 'out'>('unknown');
export const isTraining = signal(false);
export const isOffline = signal(false);

/** The officer's piece of work: every call that reads or changes bears both. */
export type Work = { reason: string; caseNumber: string };
const KEPT = 'besa-work';

function kept(): Work | null {
  try {
    const read: unknown = JSON.parse(sessionStorage.getItem(KEPT) ?? 'null');
    if (typeof read !== 'object' || read === null) return null;
    const { reason, caseNumber, officer } = read as Record<string, unknown>;
    keptOfficer = typeof officer === 'string' ? officer : '';
    return typeof reason === 'string' && typeof caseNumber === 'string' ? { reason, caseNumber } : null;
  } catch {
    return null;
  }
}
let keptOfficer = '';
export const work = signal<Work | null>(kept());

effect(() => {
  const who = session.value?.officer;
  if (who !== undefined) sessionGone.value = 'none';
  // Another officer's reason is never this one's.
  if (who !== undefined && work.value !== null && keptOfficer !== '' && keptOfficer !== who) {
    work.value = null;
    keptOfficer = who;
  }
  if (work.value === null) sessionStorage.removeItem(KEPT);
  else if (who !== undefined) {
    keptOfficer = who;
    sessionStorage.setItem(KEPT, JSON.stringify({ ...work.value, officer: who }));
  }
});

/** The node's clock over ours, from the Date of its answers: limits are the node's, and a desktop's clock may be wrong. */
const aheadMs = signal(0);
export function clockTell(date: string | null): void {
  const theirs = date === null ? NaN : Date.parse(date);
  const ahead = theirs - Date.now();
  // A Date has whole seconds and the way takes time: what is less than that is no difference.
  if (!Number.isNaN(ahead)) aheadMs.value = Math.abs(ahead) > 2000 ? ahead : 0;
}

const tick = signal(Date.now());
if (typeof document !== 'undefined') setInterval(() => (tick.value = Date.now()), 10_000);
/** The node's time, in steps of ten seconds. */
export const now = computed(() => tick.value + aheadMs.value);
