// What the node wants of a password: 12 to 256 bytes (docs/login.md). Bytes, so that a short one in another script is told here.
export function isLongEnough(password: string): boolean {
  const size = new TextEncoder().encode(password).length;
  return size >= 12 && size <= 256;
}
