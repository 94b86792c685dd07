// A text as it may be shown: what turns the writing round or cannot be seen at all is written out, so that "[U+202E]txt.exe" does not
// pass for another name. Letters of every script stay what they are; so do the marks that Arabic and Hebrew need.
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

export function shown(text: string): string {
  return text
    .replace(/\r\n/g, '\n')
    .replace(HIDDEN, (sign) => `[U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`);
}
