/*
 * Approvals: an act that needs two officers waits as a draft until the second one has seen it and says so from their own
 * session. A draft is its exact bytes; who confirms names their SHA-256, and the entry of the act holds that digest with
 * both names. Nobody confirms their own draft. A draft that nobody decided in a day expires.
 *
 * The bytes of a draft: "besa-approval/1" and a line feed, then act, officer, case, reason, arguments and body, each after
 * its size (u32, big-endian). Arguments and body are JSON as the officer gave them. At rest they are sealed as bodies are,
 * and gone once decided.
 */
#ifndef BESA_DESK_APPROVAL_H
#define BESA_DESK_APPROVAL_H

#include "desk/desk.h"
#include "store/approval_rows.h"

#define APPROVAL_KEEP_MS (INT64_C(24) * 3600 * 1000) /* waits for so long */
#define APPROVAL_SHOWN_MS                                                                          \
    (INT64_C(30) * 24 * 3600 * 1000) /* what became of it is listed for so long */
#define APPROVAL_WAITING_MAX   50u   /* of one officer; more is no desk's work but a flood */
#define APPROVAL_ARGUMENTS_MAX (128u * 1024u) /* a succession in base64, and names */
#define APPROVAL_DRAFT_MAX     (APPROVAL_ARGUMENTS_MAX + BODY_SIZE_MAX + 4096u)

struct approval_draft {
    struct span act;
    struct span officer;
    struct span case_number;
    struct span reason;
    struct span arguments; /* a JSON object */
    struct span body;      /* a message as JSON; empty: none */
};
bool approval_draft_write(const struct approval_draft *draft, struct buffer *out);
/* The spans point into `bytes`. STORE when they are no draft. */
bool approval_draft_read(struct span bytes, struct approval_draft *out, struct error *err);

/* Whether this act may wait for a second officer. */
bool approval_may_wait(struct span act);
/* Whether nobody does this act alone: through the API it always waits. */
bool approval_must_wait(struct span act);
struct officer_row;
/* RULE when the act is on a case, by its argument `number`, that this second officer does not keep. */
bool approval_beside_check(struct journal *journal, const struct desk_act *act,
                           const struct desk_call *call, const struct officer_row *approver,
                           struct error *err);
/* Keeps a draft that waits for call->access.approver, or for any who may approve when that is empty; checks nothing but
 * bounds. Writes the access entry "approval-ask". *row: what was kept, in the call's arena. */
bool approval_keep(struct journal *journal, const struct desk_call *call, struct span act,
                   struct span arguments, struct approval_row *row, struct error *err);
/* The act is tried without being done, so that what is wrong is told to who drafts it; then it is kept. `arguments` is the
 * text that call->arguments reads. The result says which approval waits and until when. */
bool approval_ask(struct journal *journal, const struct desk_act *act, const struct desk_call *call,
                  struct span arguments, struct json_writer *out, struct error *err);
/* Whether this officer is told by an alarm that it waits: who drafted it and who may decide it; of a message everybody. */
bool approval_is_told(struct journal *journal, const struct desk_call *call,
                      const struct approval_row *row);
/* "on_call" (duty.h) into an open object; nothing of an act on a case, which its keepers alone approve. */
bool approval_on_call_write(struct journal *journal, const struct approval_row *row,
                            struct arena *arena, struct json_writer *out, struct error *err);
/* The fields of an approval that waits, into an open object. */
void approval_write(const struct approval_row *row, struct json_writer *out);

/* The place of a row in the list of approvals, as text for a page: "state.made.id". INPUT for what no list gave. */
bool approval_place_write(const struct approval_row *row, struct arena *arena, struct span *out,
                          struct error *err);
bool approval_place_read(struct span text, uint8_t id[APPROVAL_ID_SIZE], struct approval_place *out,
                         struct error *err);

/* Background, in the writer: drafts that nobody decided are erased, decisions of long ago forgotten. */
bool approvals_expire(struct journal *journal, struct error *err);

#endif
