/*
 * What the acts share. Private to desk.
 */
#ifndef BESA_DESK_PRIVATE_H
#define BESA_DESK_PRIVATE_H

#include "base/attributes.h"
#include "desk/desk.h"
#include "message/answer.h"
#include "message/request.h"
#include "message/spontaneous.h"
#include "store/case_rows.h"
#include "store/derived_rows.h"
#include "store/inbox_rows.h"
#include "store/local_rows.h"

typedef bool act_run(struct journal *journal, const struct desk_call *call, struct json_writer *out,
                     struct error *err);
act_run act_request_send, act_answer_send, act_refuse_send, act_inbox_list, act_sent_list,
    act_item_show, act_assign, act_officer_put, act_officer_list, act_agreement_list,
    act_item_erase, act_item_withdraw, act_agreement_suspend, act_agreement_resume,
    act_agreement_propose, act_agreement_accept, act_agreement_refuse, act_agreement_withdraw,
    act_agreement_terminate, act_agreement_history, act_agreement_proposal, act_agreement_diff,
    act_agreement_try, act_attachment_find, act_rebuild, act_held_list, act_held_retry,
    act_officer_password, act_officer_sessions, act_officer_end, act_succession_prepare,
    act_succession_allow, act_succession_import, act_resume_order, act_resume_allow,
    act_resume_status, act_key_revoke, act_officer_revoke, act_retention_status, act_retention_list,
    act_retention_run, act_retention_hold, act_retention_release, act_retention_clock,
    act_approval_list, act_approval_show, act_approval_confirm, act_approval_refuse,
    act_emergency_send, act_emergency_review, act_emergency_list, act_on_call_put, act_on_call_list,
    act_on_call_remove, act_statistics, act_clarification_ask, act_clarification_reply,
    act_access_decide, act_delay_tell, act_urgency_doubt, act_urgency_reply, act_alarm_list,
    act_acts_hold, act_acts_release, act_acts_holds;
act_run act_spontaneous_send, act_spontaneous_list, act_copy_list;
act_run act_item_forward, act_item_export;

/* The access entry of an act, last in it, so that it names the leaves of all that the act appended. `objects` are what was
 * shown or made: "<origin> <id>". */
bool access_write(struct journal *journal, const struct desk_call *call, const char *act,
                  const struct span *objects, size_t object_count, struct error *err);
/* The same for acts that only look: who looks at the same again within VIEW_MS, for the same reason and in the same case,
 * is covered by the entry of the first look. */
bool access_view(struct journal *journal, const struct desk_call *call, const char *act,
                 const struct span *objects, size_t object_count, struct error *err);
#define VIEW_MS INT64_C(900000)
/* The entry of an act, filled but not written. */
bool access_fill(struct journal *journal, const struct desk_call *call, const char *act,
                 const struct span *objects, size_t object_count, struct act *out,
                 struct error *err);
/* The officer's name towards this partner, new each month: told to the partner in place of the officer. In the arena. */
bool access_pseudonym(struct journal *journal, const struct journal_line *line, struct span officer,
                      struct arena *arena, struct span *out, struct error *err);
/* The pseudonym of the second officer of this call; empty when there is none. */
bool access_approver(struct journal *journal, const struct journal_line *line,
                     const struct desk_call *call, struct span *out, struct error *err);
/* What was erased since the backup is here again until the resume repeats it; whether there is such a thing, only the partner
 * knows. CONFLICT, beginning with `what`: nothing that was exchanged may be shown now. */
bool access_books(const struct journal *journal, const char *what, struct error *err);
/* Checks that the officer is one of ours and active; gives the row. */
bool access_officer(struct journal *journal, struct span officer, struct arena *arena,
                    struct officer_row *out, struct error *err);

/* The line that `agreement` or, when it is empty, the only agreement names. */
struct journal_line *line_pick(struct journal *journal, struct span agreement, struct error *err);
/* The line to which a log belongs; NULL: the domestic log, or none. */
struct journal_line *line_of_entry(struct journal *journal, int64_t log);
/* "<origin> <uuid>" of an entry, in the arena. */
struct span item_name(const struct journal_line *line, int64_t log, struct span message_id,
                      struct arena *arena);
/* The entry with this message id (its text form) in one of our lines; MISSING. CONFLICT when two lines have it. */
bool item_find(struct journal *journal, struct span id, struct arena *arena,
               struct journal_line **line, struct entry_row *out, struct error *err);
/* What is on hold and over its time is for the proof alone, and what was exempted from the copy to the Single Point of
 * Contact is not for it: RULE for any other officer. */
bool item_may_open(struct journal *journal, const struct desk_call *call, struct journal_line *line,
                   int64_t entry, struct error *err);
/* The newest answer to a request that counts: none that its receiver refused or holds. */
bool answer_that_counts(struct journal *journal, struct arena *arena, int64_t request,
                        struct answer_row *out, bool *is_there, struct error *err);
/* Before an answer to `request` goes: a first one names none before it, a further one names which it adds to (again.c).
 * `what`: for the refusal. CONFLICT with the id of the answer that stands. */
bool further_check(struct journal *journal, const struct desk_call *call, struct journal_line *line,
                   const struct answer *answer, const struct entry_row *request, const char *what,
                   struct error *err);
/* Before a request goes that asks again: the one that it refers to has its answer. */
bool again_check(struct journal *journal, const struct desk_call *call, struct journal_line *line,
                 const struct request *request, struct error *err);
bool item_reference(const struct journal_line *line, const struct entry_row *row,
                    struct reference *out);
/* What was given to us unasked and stands in no case yet, as elements of the open list of the inbox; *objects gets the names
 * of what is shown, at most DESK_LIST_MAX. */
struct spontaneous_line;
bool spontaneous_new_list(struct journal *journal, const struct desk_call *call,
                          struct spontaneous_line **out, struct span *objects, size_t *count,
                          struct error *err);
void spontaneous_line_write(struct journal *journal, const struct spontaneous_line *line,
                            struct json_writer *out);

/* Uploads become parts and attachments of a message; items of an answer become small parts before them, so that one can
 * be erased alone. Numbers rise from 1. */
struct enclosed {
    struct part *parts;
    struct draft_part *drafts;
    size_t part_count;
    struct attachment *attachments;
    size_t attachment_count;
    struct span uploads[ATTACHMENT_COUNT_MAX]; /* ids, to be forgotten once sent */
};
/* The items' bytes as salted small parts; before enclose. */
bool enclose_items(struct journal *journal, const struct desk_call *call, const struct item *items,
                   size_t count, struct enclosed *out, struct error *err);
bool enclose(struct journal *journal, const struct desk_call *call, struct enclosed *out,
             struct error *err);
bool enclosed_forget(struct journal *journal, const struct enclosed *enclosed, struct error *err);

/* A page of a list: at most `limit` rows that stand behind `after`, the place that the page before gave; the first page has
 * none. A place is of the last row that was read, not a count, so that what is entered or leaves between two pages moves no
 * row into another one. */
#define PAGE_PLACE_SIZE 128u
struct page {
    size_t limit;
    struct span after; /* empty: from the beginning */
};
/* `absent`: rows when no limit is named. */
bool page_read(const struct desk_call *call, int64_t absent, struct page *out, struct error *err);
/* The object with its list; `place` is told as `next` when there is more. */
void page_begin(struct json_writer *out);
void page_end(struct json_writer *out, bool has_next, struct span place);
/* A place of numbers, none below 0: "1.812.7", opaque to whoever holds it. INPUT when it is none. */
bool page_numbers_write(const int64_t *numbers, size_t count, struct arena *arena, struct span *out,
                        struct error *err);
bool page_numbers_read(struct span text, int64_t *out, size_t count, struct error *err);

/* A message on its way out: its written body and its ruling as the draft wants them, in the arena; then appended, bound to
 * the case and told in the access entry with the leaf that waits. A trial ends before anything is written. */
bool send_body(struct buffer *written, bool ok, struct arena *arena, struct span *out,
               struct error *err);
bool send_ruling(const struct ruling *ruling, struct arena *arena, struct span *out,
                 struct error *err);
bool send_recheck(const struct desk_call *call, enum message_type type, struct span body,
                  struct error *err);
/* Was the matter sent over another channel already? INPUT when nothing was said of it, or something else than the message
 * says. */
bool elsewhere_check(const struct desk_call *call, size_t reference_count, bool is_training,
                     struct error *err);
/* Who recorded an item is told to the partner by pseudonym only. *list: a copy in the arena. */
bool items_mask(const struct item **list, size_t count, struct span pseudonym, struct arena *arena,
                struct error *err);
bool send_out(struct journal *journal, struct journal_line *line, const struct desk_call *call,
              const char *act, const struct draft *draft, const struct ruling *ruling,
              struct json_writer *out, struct error *err);

/* Asks the agreement; RULE with clause and words when it forbids, or when a second officer is needed and none is named. */
bool rule_ask(struct journal *journal, struct journal_line *line, const struct desk_call *call,
              struct permit_question *question, struct ruling *ruling, struct error *err);

#endif
