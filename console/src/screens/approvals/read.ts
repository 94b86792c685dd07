// A draft, read from the exact bytes that its digest is of: what is shown is what is confirmed. src/desk/approval.c writes them: a line,
// then six texts, each behind its size in four bytes, the largest first.
import { sha256 } from '../../core/save';
import { bag, type Bag } from '../request/read';

export type Draft = { act: string; officer: string; caseNumber: string; reason: string; arguments: string; body: string };

const HEAD = 'besa-approval/1\n';

export function draftRead(bytes: Uint8Array): Draft | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    if (decoder.decode(bytes.subarray(0, HEAD.length)) !== HEAD) return null;
    const texts: string[] = [];
    let at = HEAD.length;
    while (texts.length < 6) {
      const size = view.getUint32(at);
      if (at + 4 + size > bytes.length) return null;
      texts.push(decoder.decode(bytes.subarray(at + 4, at + 4 + size)));
      at += 4 + size;
    }
    if (at !== bytes.length) return null;
    const [act = '', officer = '', caseNumber = '', reason = '', args = '', body = ''] = texts;
    return { act, officer, caseNumber, reason, arguments: args, body };
  } catch {
    return null; // cut, or no text
  }
}

/** The draft in these bytes, in base64; null where they are not those of the digest, or are no draft. */
export async function draftOf(base64: string, digest: string): Promise<Draft | null> {
  const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
  return (await sha256(bytes.buffer)) === digest ? draftRead(bytes) : null;
}

export function jsonBag(text: string): Bag | null {
  try {
    return bag(JSON.parse(text));
  } catch {
    return null;
  }
}
