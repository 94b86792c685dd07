// Times and what is left of them, in the officer's language.
import { say } from './words';
import w from './clock.words';

const MINUTE = 60_000;

/** "3 d 4 h", "2 h 05 min", "12 min": the two largest units, since nobody plans a week by the minute. */
export function span(minutes: number): string {
  const all = Math.floor(Math.abs(minutes));
  const [days, hours, rest] = [Math.floor(all / 1440), Math.floor((all % 1440) / 60), all % 60];
  if (days > 0) return say(w.days, { d: days, h: hours });
  if (hours > 0) return say(w.hours, { h: hours, m: String(rest).padStart(2, '0') });
  return say(w.minutes, { m: rest });
}

export type Left = { kind: 'overdue' | 'soon' | 'runs' | 'stands' | 'none'; text: string; share: number };

export type Limit = {
  due?: string | undefined;
  from?: string | undefined;
  suspended?: string | undefined;
  isAnswered?: boolean;
};

/** What is left of a limit. `share`: 0 to 1 of it, for a bar. The last quarter is `soon`, as the node counts it. */
export function left(limit: Limit, nowMs: number): Left {
  if (limit.isAnswered) return { kind: 'none', text: say(w.answered), share: 0 };
  if (limit.suspended !== undefined) return { kind: 'stands', text: say(w.suspended), share: 0 };
  if (limit.due === undefined) return { kind: 'none', text: say(w.none), share: 0 };
  const dueMs = Date.parse(limit.due);
  const leftMs = dueMs - nowMs;
  if (leftMs < 0) return { kind: 'overdue', text: say(w.overdue, { span: span(-leftMs / MINUTE) }), share: 0 };
  const wholeMs = limit.from === undefined ? 0 : dueMs - Date.parse(limit.from);
  const share = wholeMs > 0 ? Math.min(1, leftMs / wholeMs) : 1;
  return { kind: share <= 0.25 ? 'soon' : 'runs', text: say(w.left, { span: span(leftMs / MINUTE) }), share };
}

// Browsers come without Albanian dates (Chromium among them) and would write English ones instead, so the words are our own.
const months = [w.jan, w.feb, w.mar, w.apr, w.may, w.jun, w.jul, w.aug, w.sep, w.oct, w.nov, w.dec];

function dayText(year: string, month: number, date: string): string {
  const word = months[month - 1];
  return say(w.day, { date, month: word === undefined ? month : say(word), year });
}

type Fields = Partial<Record<Intl.DateTimeFormatPartTypes, string>>;

function fieldsOf(time: string): Fields {
  const format = new Intl.DateTimeFormat('en-GB', {
    day: '2-digit',
    month: '2-digit',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  });
  return Object.fromEntries(format.formatToParts(new Date(time)).map((part) => [part.type, part.value]));
}

/** Date and time of this desk, with its zone: two desks read two clocks. */
export function at(time: string | undefined): string {
  if (time === undefined) return '';
  return `${day(time)}, ${hour(time)} ${fieldsOf(time).timeZoneName ?? ''}`;
}

export function day(time: string): string {
  const fields = fieldsOf(time);
  return dayText(fields.year ?? '', Number(fields.month), fields.day ?? '');
}

export function hour(time: string): string {
  const fields = fieldsOf(time);
  return `${fields.hour ?? ''}:${fields.minute ?? ''}`;
}

/** A party's local time as the node tells it, "2026-01-31T23:05": on that party's clock, so nothing is shifted. */
export function localAt(time: string): string {
  const found = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}:\d{2})/.exec(time);
  return found === null ? time : `${dayText(found[1] ?? '', Number(found[2]), found[3] ?? '')}, ${found[4] ?? ''}`;
}
