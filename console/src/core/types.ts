// What the API answers, as docs/openapi.json has it: only the members that the console reads.
export type Session = {
  party: string;
  officer: string;
  name: string;
  unit: string;
  role: string;
  csrf: string;
  until: string;
  ends: string;
  must_change?: boolean;
  password_set?: string;
  password_set_by?: string;
  password_confirmed_by?: string;
};

export type ProblemField = { field: string; kind: string; text: string };

export type RequestRow = {
  item: string;
  partner: string;
  reference: string;
  urgent: string;
  training: boolean;
  persons: number;
  attachments: number;
  created: string;
  received?: string;
  suspended_since?: string;
  delayed_to?: string;
  due?: string;
  minutes_left?: number;
  state: string;
  partner_says?: string;
  unit?: string;
};

export type GivenRow = {
  item: string;
  type: 'spontaneous';
  partner: string;
  reference: string;
  provision: string;
  training: boolean;
  items: number;
  attachments: number;
  created: string;
  received?: string;
  state: string;
};

export type Counts = {
  open: number;
  overdue: number;
  soon: number;
  urgent: number;
  unassigned?: number;
  counted_to: number;
};

export type Requests = {
  list: (RequestRow | GivenRow)[];
  next?: string;
  counts: Counts;
  not_met_since_start?: string[];
};

export type Case = {
  case: string;
  state: string;
  title?: string;
  unit?: string;
  officer?: string;
  ask_unit?: string;
};

export type LocalTime = { party: string; time_zone: string; time: string };
export type Receipt = { index: number; size: number; time: string; by: string };
export type Step = {
  what: string;
  at: string;
  unit?: string;
  outcome?: string;
  grounds?: string;
  item?: string;
  by?: string;
  received?: boolean;
  counts?: boolean;
};
export type PartRow = {
  part: number;
  size: number;
  sha256: string;
  kind: string;
  here: string;
  content?: Record<string, unknown>;
};

export type ItemShown = {
  item: string;
  log: string;
  type: string;
  created: string;
  not_met_since_start?: string[];
  receipt?: Receipt;
  due?: string;
  due_row?: string;
  suspended_since?: string;
  minutes_left_then?: number;
  delayed_to?: string;
  due_local?: LocalTime[];
  partner_says?: string;
  partner_ground?: string;
  erased_from?: string;
  timeline: Step[];
  attachments?: number;
  attachments_held_by_receiver?: number;
  parts?: PartRow[];
  body_state: string;
  body?: Record<string, unknown>;
};

export type CrossRecord = {
  what: string;
  item?: string;
  partner?: string;
  own?: boolean;
  created?: string;
  reference?: string;
  case?: string;
  person?: number;
  category?: string;
  register?: number;
  source?: string;
  unit?: string;
  ask_unit?: string;
  by: string[];
};
export type Crosscheck = { item: string; list: CrossRecord[]; more: boolean };

export type Translation = {
  translation: number;
  language: string;
  translator: string;
  certified: boolean;
  text: string;
  registrar: string;
  made: string;
};
export type Translations = { original_prevails: boolean; list: Translation[]; next?: string };

export type ReturnedRow = {
  item: string;
  partner: string;
  type: string;
  reference?: string;
  created: string;
  returned: string;
  state: 'returned';
  why: string;
};
export type OwnRequests = { list: (RequestRow | ReturnedRow)[]; next?: string; counts: Counts; not_met_since_start?: string[] };

export type Turn = { officer: string; telephone: string; until: string };
export type AlarmRow = {
  alarm: string;
  task?: number;
  case?: string;
  glass?: number;
  officer?: string;
  ask_unit?: string;
  item?: string;
  approval?: string;
  act?: string;
  approver?: string;
  on_call?: Turn[];
  partner?: string;
  reference?: string;
  answers?: string;
  due?: string;
  due_local?: string;
  created?: string;
  authorisation_expected?: string;
  minutes: number;
  call?: string;
  fallback?: string;
};
export type Alarms = { list: AlarmRow[]; next?: string };

export type Approval = {
  approval: string;
  act: string;
  from: string;
  approver?: string;
  case?: string;
  sha256: string;
  made: string;
  until: string;
  state: string;
  decided_by?: string;
  decided?: string;
  why?: string;
  on_call?: Turn[];
};
export type ApprovalRow = Approval & { waits_for_me: boolean };
export type Approvals = { list: ApprovalRow[]; next?: string };
export type ApprovalShown = Approval & { reason: string; arguments: string; body?: string; draft: string };

/** What an act that sends answers: the message that is in our log now, or the draft that waits for a second officer. */
export type Done = { item?: string; state: string; approval?: string; allowed_by_clause?: string; unit?: string };

export type AgreementRow = { agreement: string; partner: string; version: number; suspended: boolean; ended: boolean };
export type GroundProposed = { ground: string; instrument: string; article: string; review_at: string };
/** What the agreement says of a message before it is sent. */
export type Ruling = {
  allowed: boolean;
  clause: string;
  why: string;
  version: number;
  due_row?: string;
  due_hours_after_receipt?: number;
  due_clause?: string;
  needs_second_approval?: boolean;
  approvals?: string[];
  erased_after_days?: number;
  erased_from?: 'receipt' | 'closure';
  erased_clause?: string;
  transfer_proposed?: GroundProposed;
};
export type Duplicates = { list: CrossRecord[]; more: boolean; elsewhere: { case: string; channel: string; reference: string }[] };
/** A case as its officer sees it: only what a new request takes from it. */
export type CaseShown = {
  case: string;
  authority?: string;
  offences: string[];
  people: { person: number; record?: Record<string, unknown> }[];
  references: { channel: string; reference: string }[];
};
