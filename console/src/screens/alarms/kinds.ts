// What each kind of alarm says, and what to do about it.
import type { Word } from '../../core/words';
import w from './words';

export type Told = { what: Word; next?: Word; kind: 'overdue' | 'soon' };

export const kinds: Record<string, Told> = {
  glass: { what: w.glass, next: w.glassNext, kind: 'overdue' },
  no_custody: { what: w.noCustody, next: w.noCustodyNext, kind: 'overdue' },
  overdue: { what: w.overdue, next: w.overdueNext, kind: 'overdue' },
  overdue_authorisation: { what: w.overdueAuthorisation, kind: 'overdue' },
  soon: { what: w.soon, kind: 'soon' },
  unreviewed: { what: w.unreviewed, kind: 'soon' },
  unconfirmed: { what: w.unconfirmed, next: w.unconfirmedNext, kind: 'overdue' },
  undecided: { what: w.undecided, next: w.undecidedNext, kind: 'soon' },
  unapproved: { what: w.unapproved, kind: 'soon' },
};
