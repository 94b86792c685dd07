// The reason as the node takes it: 1 to 400 bytes (docs/openapi.json says nothing of its size; src/desk/desk.h does).
export const REASON_BYTES = 400;

export function reasonFault(reason: string): 'needed' | 'long' | null {
  const trimmed = reason.trim();
  if (trimmed === '') return 'needed';
  return new TextEncoder().encode(trimmed).length > REASON_BYTES ? 'long' : null;
}
