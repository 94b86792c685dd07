/* Schema: see schema.h. Times are Unix seconds (_s) or milliseconds (_ms); booleans 0/1. */
#include "store/schema.h"

#include "base/attributes.h"
#include "base/buffer.h"
#include "store/database.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const struct table_info schema_tables[] = {
    {"agreements", TABLE_LOG, "agreement, version"},
    {"logs", TABLE_LOG, "id"},
    {"entries", TABLE_LOG, "id"},
    {"parts", TABLE_LOG, "entry, number"},
    {"checkpoints", TABLE_LOG, "log, size"},
    {"receipts", TABLE_LOG, "log, size"},
    {"witnessed", TABLE_LOG, "origin, size, witness"},
    {"sequence", TABLE_LOG, "n"},
    {"forks", TABLE_LOG, "log, size, root"},
    {"requests", TABLE_DERIVED, "entry"},
    {"dues", TABLE_DERIVED, "entry"},
    {"clocks", TABLE_DERIVED, "entry"},
    {"answers", TABLE_DERIVED, "entry"},
    {"spontaneous", TABLE_DERIVED, "entry"},
    {"notices", TABLE_DERIVED, "entry"},
    {"results", TABLE_DERIVED, "entry, target"},
    {"parts_held", TABLE_DERIVED, "entry, target, number"},
    {"erasures", TABLE_DERIVED, "entry"},
    {"disputes", TABLE_DERIVED, "entry"},
    {"held", TABLE_DERIVED, "entry"},
    {"successions", TABLE_DERIVED, "entry"},
    {"governance", TABLE_DERIVED, "entry"},
    {"retention", TABLE_DERIVED, "entry, number, class"},
    {"officers", TABLE_LOCAL, "id"},
    {"cases", TABLE_LOCAL, "number"},
    {"case_items", TABLE_LOCAL, "number, entry"},
    {"uploads", TABLE_LOCAL, "id"},
    {"settings", TABLE_LOCAL, "name"},
    {"returned", TABLE_LOCAL, "entry"},
    {"credentials", TABLE_LOCAL, "officer, kind"},
    {"sessions", TABLE_LOCAL, "token_hash"},
    {"once", TABLE_LOCAL, "officer, key"},
    {"holds", TABLE_LOCAL, "entry"},
    {"act_holds", TABLE_LOCAL, "id"},
    {"acts_held", TABLE_LOCAL, "entry"},
    {"approvals", TABLE_LOCAL, "id"},
    {"own_imports", TABLE_LOCAL, "digest"},
    {"own_people", TABLE_LOCAL, "id"},
    {"own_marks", TABLE_LOCAL, "kind, key, person"},
    {"own_gone", TABLE_LOCAL, "changed"},
    {"own_joins", TABLE_LOCAL, "id"},
    {"counters", TABLE_LOCAL, "name"},
    {"case_people", TABLE_LOCAL, "id"},
    {"case_notes", TABLE_LOCAL, "id"},
    {"case_references", TABLE_LOCAL, "id"},
    {"case_tasks", TABLE_LOCAL, "id"},
    {"handovers", TABLE_LOCAL, "id"},
    {"match_keys", TABLE_LOCAL, "key, scope, side, object, part"},
    {"touches", TABLE_LOCAL, "id"},
    {"unchecked", TABLE_LOCAL, "entry"},
    {"register", TABLE_LOCAL, "id"},
    {"translations", TABLE_LOCAL, "id"},
    {"on_call", TABLE_LOCAL, "id"},
    {"emergencies", TABLE_LOCAL, "entry"},
    {"exchanges", TABLE_LOCAL, "entry"},
    {"copies", TABLE_LOCAL, "entry"},
    {"asylum", TABLE_LOCAL, "person"},
    {"asylum_keys", TABLE_LOCAL, "key, person"},
    {"glasses", TABLE_LOCAL, "id"},
    {"rights_flags", TABLE_LOCAL, "entry"},
};
const size_t schema_table_count = sizeof schema_tables / sizeof schema_tables[0];

static const char log_tables[] =
    /* Co-signed documents. Suspension is local and one-sided. */
    "create table agreements (agreement text not null, version bigint not null, cms bytea not null,"
    " fingerprint bytea not null, imported_ms bigint not null, suspended_ms bigint,"
    " primary key (agreement, version));"
    /* kind: 0 domestic, 1 outgoing, 2 mirror of the partner's outgoing log. size: numbered, or in custody. */
    "create table logs (id bigint primary key, origin text not null unique, kind bigint not null,"
    " agreement text not null, partner text not null, size bigint not null, frontier bytea not null,"
    " handled bigint not null, read_only text);"
    /* idx is null while an entry waits to be numbered. body_state: 0 none, 1 held, 2 withdrawn, 3 erased, 4 lost. */
    "create table entries (id bigint primary key, log bigint not null, idx bigint, message_id bytea not null,"
    " head bytea not null, leaf bytea not null, type bigint not null, created_ms bigint not null,"
    " salt bytea, body bytea, body_key bytea, body_size bigint not null, body_state bigint not null,"
    " unique (log, idx));"
    "create index entries_message on entries (log, message_id);"
    "create index entries_waiting on entries (log, id) where idx is null;"
    /* kind: 0 small, 1 attachment. state: 0 wanted, 1 held, 2 erased, 3 lost. */
    "create table parts (entry bigint not null, number bigint not null, kind bigint not null,"
    " digest bytea not null, salt bytea not null, size bigint not null, sha256 bytea not null, segments bytea,"
    " state bigint not null, bytes bytea, part_key bytea, file bytea, primary key (entry, number));"
    "create index parts_wanted on parts (entry, number) where state = 0;"
    "create table checkpoints (log bigint not null, size bigint not null, root bytea not null,"
    " signature bytea not null, primary key (log, size));"
    /* Custody cosignatures: of our outgoing logs by the partner, of mirrors by us (signature null until it was made). */
    "create table receipts (log bigint not null, size bigint not null, root bytea not null, time_s bigint not null,"
    " signature bytea, primary key (log, size));"
    /* Witness cosignatures of domestic logs: ours by partners, partners' by us. */
    "create table witnessed (origin text not null, size bigint not null, witness text not null,"
    " root bytea not null, time_s bigint not null, signature bytea not null,"
    " primary key (origin, size, witness));"
    /* The journal sequence. kind: 0 own entry appended, 1 own receipt stored, 2 partner's entry handled. */
    "create table sequence (n bigint primary key, kind bigint not null, entry bigint, log bigint not null,"
    " size bigint, time_s bigint, version bigint not null, outcome bigint not null, ground text, ruling text);"
    "create index sequence_entry on sequence (entry);";

static const char derived_tables[] =
    "create table requests (entry bigint primary key, log bigint not null, message_id bytea not null,"
    " is_own bigint not null, reference text not null, urgency bigint not null, is_training bigint not null,"
    " language text not null, persons bigint not null, attachments bigint not null, due_after_ms bigint not null,"
    " deadline_row bigint not null);"
    "create index requests_message on requests (message_id);"
    "create table dues (entry bigint primary key, received_s bigint not null, due_ms bigint not null);"
    "create index dues_due on dues (due_ms);"
    "create table answers (entry bigint primary key, target bigint not null, is_own bigint not null,"
    " outcome bigint not null, items bigint not null, grounds text);"
    "create index answers_target on answers (target);"
    "create table notices (entry bigint primary key, target bigint not null, kind bigint not null,"
    " unit text not null, at_ms bigint not null);"
    "create index notices_target on notices (target);"
    "create table results (entry bigint not null, target bigint not null, outcome bigint not null, ground text,"
    " primary key (entry, target));"
    "create index results_target on results (target);"
    "create table parts_held (entry bigint not null, target bigint not null, number bigint not null,"
    " primary key (entry, target, number));"
    "create index parts_held_target on parts_held (target);"
    "create table erasures (entry bigint primary key, target bigint not null, number bigint not null,"
    " is_lost bigint not null);"
    "create index erasures_target on erasures (target);"
    "create table disputes (entry bigint primary key, size bigint not null, time_s bigint not null);";

static const char local_tables[] =
    "create table officers (id text primary key, name text not null, unit text not null, role text not null,"
    " is_active bigint not null);"
    "create table cases (number text primary key, title text not null, opened_ms bigint not null);"
    "create table case_items (number text not null, entry bigint not null, primary key (number, entry));"
    "create index case_items_entry on case_items (entry);"
    /* Attachments received from officers and not yet sent. */
    "create table uploads (id bytea primary key, officer text not null, name text not null, size bigint not null,"
    " sha256 bytea not null, segments bytea not null, part_key bytea not null, created_ms bigint not null);"
    "create table settings (name text primary key, value bytea not null);";

/* Checkpoints of a partner that contradict what is in our custody. */
static const char fork_table[] =
    "create table forks (log bigint not null, size bigint not null, root bytea not null, signature bytea not null,"
    " noticed_ms bigint not null, primary key (log, size, root));";

/* Entries of partners that wait for an upgrade or an administrator, each with the first message of its thread: (log, id).
 * seen: what the partner had seen of our log when it wrote its newest business; null until the next handling. */
static const char held_table[] =
    "create table held (entry bigint primary key, log bigint not null, thread_log bigint not null,"
    " thread bytea not null, ground text not null);"
    "create index held_thread on held (thread_log, thread, entry);"
    "create index held_log on held (log, entry);"
    "alter table logs add column seen bigint;";

/* A log that ended: `ends`, its closing size. Of a successor: the log before it, the writer's keys from it on (null: those
 * of the agreement), and the position in the receiver's logs up to which the older custody key counts. */
static const char succession_tables[] =
    "alter table logs add column ends bigint;"
    "alter table logs add column before bigint;"
    "alter table logs add column keys bytea;"
    "alter table logs add column custody bigint;"
    "create table successions (entry bigint primary key, log text not null, before text not null,"
    " size bigint not null, root bytea not null, reason bigint not null, keys bytea not null,"
    " custody bigint not null, made_ms bigint not null);"
    "create index successions_log on successions (log);";

/* What was said about the agreement itself; the entry whose second signature brought a version into force (null: imported);
 * own messages that went back to their officers unsent. */
static const char governance_tables[] =
    "create table governance (entry bigint primary key, agreement text not null, kind bigint not null,"
    " is_own bigint not null, target bigint not null, version bigint not null, code bigint not null,"
    " at_ms bigint not null);"
    "create index governance_target on governance (target);"
    "alter table agreements add column entry bigint;"
    "create table returned (entry bigint primary key, agreement text not null, message_id bytea not null,"
    " type bigint not null, reference text not null, created_ms bigint not null, returned_ms bigint not null,"
    " ground text not null);";

/* Log-in: what officers prove themselves with, who is logged in, and the answers of requests that may come twice. */
static const char login_tables[] =
    /* kind: 0 password (hash as text). */
    "create table credentials (officer text not null, kind bigint not null, secret bytea not null,"
    " made_ms bigint not null, primary key (officer, kind));"
    "create table sessions (token_hash bytea primary key, officer text not null, csrf bytea not null,"
    " made_ms bigint not null, used_ms bigint not null, client text not null);"
    "create index sessions_officer on sessions (officer);"
    "create table once (officer text not null, key text not null, digest bytea not null,"
    " status bigint not null, answer bytea not null, made_ms bigint not null,"
    " primary key (officer, key));"
    "create index once_made on once (made_ms);";

/* The queue's order, so that its first rows are read from an index and not sorted out of all. due_ms of a request that
 * has none yet: 2^53, after all others. */
static const char queue_columns[] =
    "alter table requests add column is_answered bigint not null default 0;"
    "alter table requests add column due_ms bigint not null default 9007199254740992;"
    "update requests set is_answered = case when exists (select 1 from answers a where a.target = requests.entry)"
    " then 1 else 0 end,"
    " due_ms = coalesce((select d.due_ms from dues d where d.entry = requests.entry), 9007199254740992);"
    "create index requests_queue on requests (is_own, is_answered, due_ms, entry);";

/* What is held and must go: by class and start, and by its own date. The tables are built anew when apply's number rises, so
 * the rows of older books come from there. Holds: why an item stays although its time is over. */
static const char retention_tables[] =
    "alter table answers add column at_ms bigint not null default 0;"
    "create table retention (entry bigint not null, number bigint not null, class bigint not null,"
    " agreement text not null, version bigint not null, start_ms bigint not null, erase_at_ms bigint not null,"
    " primary key (entry, number, class));"
    "create index retention_start on retention (agreement, version, class, start_ms, entry, number);"
    "create index retention_date on retention (agreement, erase_at_ms, entry, number);"
    "create table holds (entry bigint primary key, ground bigint not null, officer text not null,"
    " case_number text not null, reason text not null, until_ms bigint not null, made_ms bigint not null);";

/* Who set a password and who confirmed it; a session that may only change one; what waits for a second officer. */
static const char approval_tables[] =
    "alter table credentials add column set_by text not null default '';"
    "alter table credentials add column confirmed_by text not null default '';"
    "alter table sessions add column is_limited bigint not null default 0;"
    /* state: 0 waits, 1 confirmed, 2 refused, 3 withdrawn, 4 expired. sealed: the draft, as long as it waits. */
    "create table approvals (id bytea primary key, act text not null, officer text not null, approver text not null,"
    " case_number text not null, digest bytea not null, sealed bytea not null, salt bytea not null,"
    " draft_key bytea not null, made_ms bigint not null, until_ms bigint not null, state bigint not null,"
    " decided_by text not null, decided_ms bigint not null, decided_reason text not null);"
    "create index approvals_state on approvals (state, made_ms);"
    "create index approvals_officer on approvals (officer, state);";

/*
 * The own index: people of the state's own cases, to be searched. `changed` rises with each change of anybody, over people
 * and gone together, so that the search files can follow; an id is the `changed` of its first row and never comes again.
 */
static const char own_tables[] =
    /* ended_ms: 0 while it goes on, or was cut and can go on. lines: of the file, that are done. */
    "create table own_imports (digest bytea primary key, source text not null, officer text not null,"
    " case_number text not null, lines bigint not null, people bigint not null, refused bigint not null,"
    " began_ms bigint not null, ended_ms bigint not null);"
    /* body: a person as messages have it (message/person.h). birth: match/birth.h's number. */
    "create table own_people (id bigint primary key, source text not null, external text not null,"
    " case_number text not null, category bigint not null, is_minor bigint not null, is_shielded bigint not null,"
    " birth bigint not null, body bytea not null, changed bigint not null, put_ms bigint not null,"
    " unique (source, external));"
    "create unique index own_people_changed on own_people (changed);"
    /* Numbers that name one person or thing (match/ident.h). */
    "create table own_marks (kind bigint not null, key text not null, person bigint not null,"
    " primary key (kind, key, person));"
    "create index own_marks_person on own_marks (person);"
    "create table own_gone (changed bigint primary key, person bigint not null);";

/*
 * When a person's time is over, and who is shown to whom. guard: 0 anybody, 1 protected (person's category, minors), 2
 * shielded: shown in the own case only. moved: the last `changed` at which 0 became more or the other way round.
 */
static const char own_date_columns[] =
    "alter table own_people add column guard bigint not null default 2;"
    "alter table own_people add column moved bigint not null default 0;"
    "alter table own_people add column review_ms bigint not null default 0;"
    "alter table own_people add column erase_ms bigint not null default 0;"
    "update own_people set guard = case when is_shielded <> 0 then 2 when is_minor <> 0 or category in (2, 3, 4, 6,"
    " 7) then 1 else 0 end;"
    "create index own_people_review on own_people (review_ms, id);"
    "create index own_people_erase on own_people (erase_ms, id);";

/* The two dates stand in the body, behind their names; text inside of a value has its quotation marks escaped. */
#define OWN_DATE_SQLITE(name)                                                                      \
    "coalesce(1000 * strftime('%s', substr(cast(body as text), 1 + length('\"" name "\":\"')"      \
    " - 1 + instr(cast(body as text), '\"" name "\":\"'), 24)), 0)"
#define OWN_DATE_POSTGRES(name)                                                                    \
    "coalesce(1000 * floor(extract(epoch from substring(convert_from(body, 'UTF8') from"           \
    " '\"" name "\":\"([0-9TZ:.-]+)\"')::timestamptz))::bigint, 0)"
static const char own_dates_sqlite[] = "update own_people set review_ms = " OWN_DATE_SQLITE(
    "review_at") ", erase_ms = " OWN_DATE_SQLITE("erase_at");
static const char own_dates_postgres[] = "update own_people set review_ms = " OWN_DATE_POSTGRES(
    "review_at") ", erase_ms = " OWN_DATE_POSTGRES("erase_at");

/*
 * What the national desk keeps of a case. is_closed leads each index of a list behind its filter, so that a page is read
 * in order. Ids come of counters and never again: access entries name them.
 */
static const char case_tables[] =
    "create table counters (name text primary key, value bigint not null);"
    "alter table cases add column unit text not null default '';"
    "alter table cases add column authority text not null default '';"
    "alter table cases add column officer text not null default '';"
    "alter table cases add column offences bigint not null default 0;"
    "alter table cases add column is_restricted bigint not null default 0;"
    "alter table cases add column is_closed bigint not null default 0;"
    "alter table cases add column closed_ms bigint not null default 0;"
    "alter table cases add column review_ms bigint not null default 0;"
    "alter table cases add column erased_ms bigint not null default 0;"
    "create index cases_state on cases (is_closed, number);"
    "create index cases_unit on cases (unit, is_closed, number);"
    "create index cases_officer on cases (officer, is_closed, number);"
    "create index cases_review on cases (is_closed, review_ms, number);"
    /* category: enum person_category, of this case. body: a person as messages have it (message/person.h). */
    "create table case_people (id bigint primary key, number text not null, category bigint not null,"
    " is_minor bigint not null, is_shielded bigint not null, body bytea not null, officer text not null,"
    " put_ms bigint not null);"
    "create index case_people_number on case_people (number, id);"
    "create table case_notes (id bigint primary key, number text not null, officer text not null,"
    " at_ms bigint not null, channel bigint not null, text text not null);"
    "create index case_notes_number on case_notes (number, id);"
    "create table case_references (id bigint primary key, number text not null, officer text not null,"
    " at_ms bigint not null, channel bigint not null, text text not null);"
    "create index case_references_number on case_references (number, id);"
    "create index case_references_text on case_references (text);"
    "create table case_tasks (id bigint primary key, number text not null, kind bigint not null,"
    " officer text not null, text text not null, made_by text not null, made_ms bigint not null,"
    " until_ms bigint not null, done_ms bigint not null, done_by text not null);"
    "create index case_tasks_number on case_tasks (number, done_ms, until_ms);"
    "create index case_tasks_open on case_tasks (done_ms, until_ms, id);"
    "create index case_tasks_officer on case_tasks (officer, done_ms, until_ms, id);"
    "create table handovers (id bigint primary key, unit text not null, giver text not null,"
    " taker text not null, note text not null, made_ms bigint not null, taken_ms bigint not null,"
    " matters bytea not null);"
    /* Keyed digests (desk/match_key.h) of what names a person or thing: side 0 an entry and its part, 1 a person of a case,
     * 2 an item of the register. scope: the agreement of an entry; of ours '' for the whole desk, '!' for its keeper.
     * Touches: a request met what its keeper alone may see. */
    "create table match_keys (key bytea not null, scope text not null, side bigint not null, object bigint not null,"
    " part bigint not null, primary key (key, scope, side, object, part));"
    "create index match_keys_object on match_keys (side, object, part);"
    "create table touches (id bigint primary key, entry bigint not null, unit text not null,"
    " side bigint not null, object bigint not null, at_ms bigint not null,"
    " unique (entry, unit, side, object));"
    "create index touches_unit on touches (unit, id);"
    "create index touches_object on touches (side, object);"
    /* number: of the year, without a gap. scan: an upload that is kept. Translations: side 0 of an entry, 1 of a registered
     * item. */
    "create table register (id bigint primary key, year bigint not null, number bigint not null,"
    " case_number text not null, channel bigint not null, is_oral bigint not null, is_urgent bigint not null,"
    " received_ms bigint not null, registered_ms bigint not null, registrar text not null, sender text not null,"
    " subject text not null, original text not null, scan bytea not null, confirms bigint not null,"
    " confirmed bigint not null, task bigint not null, unique (year, number));"
    "create index register_case on register (case_number, id);"
    "create table translations (id bigint primary key, side bigint not null, object bigint not null,"
    " language text not null, translator text not null, is_certified bigint not null, text text not null,"
    " registrar text not null, made_ms bigint not null);"
    "create index translations_object on translations (side, object, id);";

/* A person's names as the search files have them, behind each other; null: their body is asked. */
static const char own_name_column[] = "alter table own_people add column names bytea;";

/* What moves or suspends the time limit of a request, each from one message, and how the limit stands; and answers to it that
 * one officer sent alone (kind 2, expected_ms: how many items). version: of the agreement under which the request came. */
static const char clock_tables[] =
    "create table clocks (entry bigint primary key, target bigint not null, kind bigint not null,"
    " about bigint not null, is_own bigint not null, seen bigint not null, is_yes bigint not null,"
    " expected_ms bigint not null, time_s bigint not null, counts bigint not null);"
    "create index clocks_target on clocks (target, entry);"
    "alter table requests add column version bigint not null default 0;"
    "alter table dues add column deadline_row bigint not null default 0;"
    "alter table dues add column suspended_ms bigint not null default 0;"
    "alter table dues add column left_ms bigint not null default 0;"
    "alter table dues add column delayed_to_ms bigint not null default 0;";

/* What could not be cross-checked, and when it is tried again. The notes of hand-overs, by age. */
static const char unchecked_table[] =
    "create table unchecked (entry bigint primary key, tries bigint not null, first_ms bigint not null,"
    " again_ms bigint not null, reason text not null);"
    "create index unchecked_again on unchecked (again_ms, entry);"
    "create index handovers_noted on handovers (made_ms, id) where note <> '';";

/* What an oversight officer wants kept of the access entries, and the entries that stand for it beyond their time. */
static const char act_hold_tables[] =
    "create table act_holds (id bigint primary key, about_officer text not null, about_item text not null,"
    " about_case text not null, from_ms bigint not null, to_ms bigint not null, officer text not null,"
    " role text not null, case_number text not null, reason text not null, until_ms bigint not null,"
    " made_ms bigint not null);"
    "create table acts_held (entry bigint primary key, hold bigint not null);"
    "create index acts_held_hold on acts_held (hold, entry);";

/* Who is on call to approve; what one officer sent alone (review: 0 open, 1 confirmed, 2 questioned); and what is counted of
 * a request when its rows have gone: no person, no reference, no word. */
static const char duty_tables[] =
    "create table on_call (id bigint primary key, officer text not null, from_ms bigint not null,"
    " until_ms bigint not null, telephone text not null, put_by text not null, made_ms bigint not null);"
    "create index on_call_until on on_call (until_ms);"
    "create table emergencies (entry bigint primary key, ground bigint not null, officer text not null,"
    " case_number text not null, sent_ms bigint not null, review_until_ms bigint not null,"
    " review bigint not null, reviewed_by text not null, reviewed_ms bigint not null,"
    " reviewed_reason text not null);"
    "create index emergencies_review on emergencies (review, review_until_ms);"
    "create table exchanges (entry bigint primary key, agreement text not null, partner text not null,"
    " is_own bigint not null, urgency bigint not null, deadline_row bigint not null,"
    " received_s bigint not null, due_ms bigint not null, delayed_to_ms bigint not null,"
    " answered_ms bigint not null, grounds text not null);"
    "create index exchanges_received on exchanges (received_s);";

/* What was given unasked. */
static const char spontaneous_table[] =
    "create table spontaneous (entry bigint primary key, log bigint not null, message_id bytea not null,"
    " is_own bigint not null, reference text not null, provision bigint not null, is_training bigint not null,"
    " language text not null, items bigint not null, attachments bigint not null);"
    "create index spontaneous_side on spontaneous (is_own, entry);";

/* Who has a request, and the filters of the queue in its order; kind 4 is the message type `assigned`. */
static const char queue_filters[] =
    "alter table requests add column unit text not null default '';"
    "update requests set unit = coalesce((select n.unit from notices n where n.target = requests.entry"
    " and n.kind = 4 order by n.entry desc limit 1), '');"
    "create index requests_unit on requests (unit, is_answered, due_ms, entry) where is_own = 0;"
    "create index requests_log on requests (log, is_answered, due_ms, entry);"
    "create index requests_urgent on requests (is_own, is_answered, due_ms, entry) where urgency > 0;"
    "create index requests_training on requests (is_own, is_answered, due_ms, entry) where is_training = 1;";

/* What designated authorities sent, for the own Single Point of Contact. */
static const char copies_table[] =
    "create table copies (entry bigint primary key, unit text not null, exemption bigint not null);"
    "create index copies_unit on copies (unit, entry);";

/* What is given unasked of an immediate threat (purpose 4) is urgent; an answer that its receiver refused answers nothing.
 * Older rows come from apply, whose number rises. */
static const char exchange_columns[] =
    "alter table spontaneous add column purpose bigint not null default 0;"
    "alter table answers add column counts bigint not null default 1;";

/* Who seeks or holds protection (status: enum protection_status, store/asylum_rows.h), and keyed digests by which something
 * about them is known. Smuggled migrants (category 7) of whom nothing was said count as seeking it: status 3. */
static const char asylum_tables[] =
    "create table asylum (person bigint primary key, status bigint not null, states text not null,"
    " family_of bigint not null, officer text not null, put_ms bigint not null);"
    "create table asylum_keys (key bytea not null, person bigint not null, primary key (key, person));"
    "create index asylum_keys_person on asylum_keys (person);"
    "insert into asylum (person, status, states, family_of, officer, put_ms)"
    " select id, 3, '', 0, '', put_ms from case_people where category = 7;";

/* Restricted cases that an officer of another unit opened for an hour (review: 0 open, 1 confirmed, 2 questioned). latest_ms:
 * of the clock, as a read found it. */
static const char glass_table[] =
    "create table glasses (id bigint primary key, case_number text not null, agreement text not null,"
    " officer text not null, reason text not null, second text not null, made_ms bigint not null,"
    " until_ms bigint not null, latest_ms bigint not null, ended_ms bigint not null,"
    " review bigint not null, reviewed_by text not null, reviewed_ms bigint not null,"
    " reviewed_reason text not null);"
    "create index glasses_officer on glasses (officer, made_ms);"
    "create index glasses_review on glasses (review, made_ms, id);";

/* Requests that may be of ground j, and what the head of the Single Point of Contact decided. state: enum rights_state. */
static const char rights_table[] =
    "create table rights_flags (entry bigint primary key, state bigint not null, flagged_by text not null,"
    " flagged_ms bigint not null, flag_reason text not null, decided_by text not null,"
    " decided_ms bigint not null, decided_reason text not null);"
    "create index rights_flags_state on rights_flags (state, flagged_ms, entry);";

/* That two people of the own index are one (one < other), as an officer said, and that they are not after all. */
static const char own_joins_table[] =
    "create table own_joins (id bigint primary key, one bigint not null, other bigint not null,"
    " case_number text not null, officer text not null, reason text not null, joined_ms bigint not null,"
    " parted_case text not null, parted_by text not null, parted_reason text not null, parted_ms bigint not null);"
    "create unique index own_joins_one on own_joins (one, other) where parted_ms = 0;"
    "create index own_joins_all on own_joins (one, id);"
    "create index own_joins_other on own_joins (other, id);";

const struct migration schema_migrations[] = {
    {.number = 1, .sql_both = log_tables},
    {.number = 2, .sql_both = derived_tables},
    {.number = 3, .sql_both = local_tables},
    {.number = 4, .sql_both = fork_table},
    {.number = 5, .sql_both = held_table},
    {.number = 6, .sql_both = succession_tables},
    {.number = 7, .sql_both = governance_tables},
    {.number = 8, .sql_both = login_tables},
    {.number = 9, .sql_both = queue_columns},
    {.number = 10, .sql_both = retention_tables},
    {.number = 11, .sql_both = approval_tables},
    {.number = 12, .sql_both = own_tables},
    {.number = 13,
     .sql_both = own_date_columns,
     .sql_sqlite_only = own_dates_sqlite,
     .sql_postgres_only = own_dates_postgres},
    {.number = 14, .sql_both = case_tables},
    {.number = 15, .sql_both = own_name_column},
    {.number = 16, .sql_both = clock_tables},
    {.number = 17, .sql_both = unchecked_table},
    {.number = 18, .sql_both = act_hold_tables},
    {.number = 19, .sql_both = duty_tables},
    {.number = 20, .sql_both = spontaneous_table},
    {.number = 21, .sql_both = queue_filters},
    {.number = 22, .sql_both = copies_table},
    {.number = 23, .sql_both = exchange_columns},
    {.number = 24, .sql_both = asylum_tables},
    {.number = 25, .sql_both = glass_table},
    {.number = 26, .sql_both = rights_table},
    {.number = 27, .sql_both = own_joins_table},
};
const size_t schema_migration_count = sizeof schema_migrations / sizeof schema_migrations[0];

/* Two statement texts per derived table, fixed so that the statement cache may keep their addresses. */
static const struct {
    const char *table;
    int column_count;
    const char *sql;
    const char *empty_sql;
} walks[] = {
    {"requests", 16,
     "select entry, log, message_id, is_own, reference, urgency, is_training, language, persons, attachments,"
     " due_after_ms, deadline_row, is_answered, due_ms, version, unit from requests order by entry",
     "delete from requests"},
    {"dues", 7,
     "select entry, received_s, due_ms, deadline_row, suspended_ms, left_ms, delayed_to_ms from dues"
     " order by entry",
     "delete from dues"},
    {"clocks", 10,
     "select entry, target, kind, about, is_own, seen, is_yes, expected_ms, time_s, counts from clocks"
     " order by entry",
     "delete from clocks"},
    {"answers", 8,
     "select entry, target, is_own, outcome, items, grounds, at_ms, counts from answers order by entry",
     "delete from answers"},
    {"spontaneous", 11,
     "select entry, log, message_id, is_own, reference, provision, is_training, language, items, attachments, purpose"
     " from spontaneous order by entry",
     "delete from spontaneous"},
    {"notices", 5, "select entry, target, kind, unit, at_ms from notices order by entry",
     "delete from notices"},
    {"results", 4, "select entry, target, outcome, ground from results order by entry, target",
     "delete from results"},
    {"parts_held", 3, "select entry, target, number from parts_held order by entry, target, number",
     "delete from parts_held"},
    {"erasures", 4, "select entry, target, number, is_lost from erasures order by entry",
     "delete from erasures"},
    {"disputes", 3, "select entry, size, time_s from disputes order by entry",
     "delete from disputes"},
    {"held", 5, "select entry, log, thread_log, thread, ground from held order by entry",
     "delete from held"},
    {"successions", 9,
     "select entry, log, before, size, root, reason, keys, custody, made_ms from successions"
     " order by entry",
     "delete from successions"},
    {"governance", 8,
     "select entry, agreement, kind, is_own, target, version, code, at_ms from governance order by entry",
     "delete from governance"},
    {"retention", 7,
     "select entry, number, class, agreement, version, start_ms, erase_at_ms from retention"
     " order by entry, number, class",
     "delete from retention"},
};

static const char *empty_sql_of(const char *table)
{
    for (size_t i = 0; i < ARRAY_COUNT(walks); i++)
        if (strcmp(walks[i].table, table) == 0)
            return walks[i].empty_sql;
    return NULL;
}

static bool table_empty(struct database *db, const char *table, struct error *err)
{
    const char *sql = empty_sql_of(table);

    if (sql == NULL)
        return error_set(err, ERROR_BUG, "no statement empties it");
    struct statement *s CLEANUP(statement_give) = statement_take(db, sql, err);
    return s != NULL && statement_run(s, err);
}

/* By statements that stay prepared: emptying a table makes no other statement stale. */
bool schema_drop_derived(struct database *db, struct error *err)
{
    for (size_t i = 0; i < schema_table_count; i++)
        if (schema_tables[i].class == TABLE_DERIVED && !table_empty(db, schema_tables[i].name, err))
            return error_add(err, "emptying %s", schema_tables[i].name);
    return true;
}

static bool walk_table(struct database *db, size_t at,
                       bool (*row)(void *, const char *, struct span), void *context,
                       struct error *err)
{
    struct statement *s CLEANUP(statement_give) = statement_take(db, walks[at].sql, err);
    struct buffer text = buffer_make(64 * 1024);
    enum statement_step step = STEP_FAILED;

    if (s == NULL)
        return false;
    while ((step = statement_step(s, err)) == STEP_ROW) {
        buffer_clear(&text);
        for (int i = 0; i < walks[at].column_count; i++) {
            struct span value = column_bytes(s, i);
            buffer_format(&text, "%s%zu:", column_is_null(s, i) ? "-" : "", value.size);
            buffer_add(&text, value);
        }
        if (!row(context, walks[at].table, buffer_span(&text)))
            break;
    }
    buffer_free(&text);
    return step != STEP_FAILED;
}

bool schema_walk_derived(struct database *db,
                         bool (*row)(void *context, const char *table, struct span text),
                         void *context, struct error *err)
{
    for (size_t i = 0; i < ARRAY_COUNT(walks); i++)
        if (!walk_table(db, i, row, context, err))
            return error_add(err, "reading %s", walks[i].table);
    return true;
}
