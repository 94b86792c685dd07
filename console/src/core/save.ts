// Saving an attachment: fetched like everything else, since it is logged and needs its reason; compared with the hash that stands in
// the signed message; handed to the browser as bytes to be saved, never shown.
import { ask } from './api';

/** Above this a whole file is not held in memory to be hashed. */
const CHECKED_MAX = 256 * 1024 * 1024;

export type Saved = 'saved' | 'unchecked' | 'damaged';

export async function sha256(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A name that a partner gave: no path, no sign that turns text round, no dot in front. */
export function safeName(name: string): string {
  const clean = name
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .replace(/[\\/:*?"<>|]/g, '_')
    .replace(/^[. ]+/, '')
    .slice(0, 200);
  return clean === '' ? 'besa-file' : clean;
}

export async function save(item: string, part: number, name: string, wanted: string): Promise<Saved> {
  const answer = await ask('GET', `/api/v1/items/${encodeURIComponent(item)}/parts/${part}`);
  const blob = await answer.blob();
  const isChecked = blob.size <= CHECKED_MAX;
  if (isChecked && (await sha256(await blob.arrayBuffer())) !== wanted) return 'damaged';
  const at = URL.createObjectURL(new Blob([blob], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = at;
  link.download = safeName(name);
  link.click();
  setTimeout(() => URL.revokeObjectURL(at), 60_000);
  return isChecked ? 'saved' : 'unchecked';
}
