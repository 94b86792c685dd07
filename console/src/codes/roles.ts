// Which role may do what, of the acts that this console has: so that nobody is led to what the node refuses. The node decides all the
// same. test/codes.test.mjs holds it to docs/openapi.json.
const desk = ['duty_officer', 'investigator', 'analyst', 'approver', 'head_of_desk', 'dpo', 'auditor', 'supervisory_authority'];
const acting = ['duty_officer', 'investigator', 'head_of_desk'];

export const roles = {
  'inbox-list': desk,
  'sent-list': desk,
  'spontaneous-list': desk,
  'alarm-list': desk,
  'case-list': desk,
  'item-show': desk.filter((role) => role !== 'auditor'),
  'translation-list': desk.filter((role) => role !== 'auditor'),
  'crosscheck-show': ['duty_officer', 'investigator', 'analyst', 'head_of_desk'],
  'request-send': acting,
  assign: acting,
  'access-decide': acting,
  'clarification-ask': acting,
  'refuse-send': acting,
  'answer-send': acting,
  'delay-tell': acting,
  'urgency-doubt': acting,
  'urgency-reply': acting,
  'clarification-reply': acting,
  'approval-list': ['duty_officer', 'investigator', 'approver', 'head_of_desk', 'signatory', 'security_officer', 'administrator'],
  'approval-show': ['duty_officer', 'investigator', 'approver', 'head_of_desk', 'signatory', 'security_officer', 'administrator'],
  'approval-confirm': ['approver', 'head_of_desk', 'signatory', 'security_officer', 'administrator'],
  'approval-refuse': ['duty_officer', 'investigator', 'approver', 'head_of_desk', 'signatory', 'security_officer', 'administrator'],
} as const satisfies Record<string, readonly string[]>;

export type Act = keyof typeof roles;

export function may(role: string | undefined, act: Act): boolean {
  const allowed: readonly string[] = roles[act];
  return role !== undefined && allowed.includes(role);
}
