// The rows of our requests: which were sent, and which filter asks what.
import type { RequestRow, ReturnedRow } from '../../core/types';

export const filters = ['open', 'overdue', 'answered', 'all'] as const;
export type Filter = (typeof filters)[number];

export function filterRead(text: string): Filter {
  return filters.find((one) => one === text) ?? 'open';
}

export function queryOf(filter: Filter): string {
  return filter === 'all' ? 'limit=50' : `limit=50&state=${filter}`;
}

export function isReturned(row: RequestRow | ReturnedRow): row is ReturnedRow {
  return row.state === 'returned';
}
