/*
 * Refusal for rights: a request that may be of political, military, religious or racial character, or punish opinion, press or
 * assembly (ground j), is flagged by whoever sees it, and from then on answered by nobody before the head of the Single Point of
 * Contact has decided (docs/safeguards.md g2). All of it is known at home alone: the partner gets no message of it, its clock
 * runs on, and a refusal reads like any other. Private to desk.
 */
#ifndef BESA_DESK_RIGHTS_H
#define BESA_DESK_RIGHTS_H

#include "desk/private.h"
#include "desk/rights_names.h"
#include "store/rights_rows.h"

act_run act_rights_flag, act_rights_decide, act_rights_list;

/* RULE when the request of this entry is flagged and undecided, or is to be refused, and the answer `gives` something or says
 * that nothing is held. A mere refusal gives nothing, and is never held up. In every way by which an answer is sent. */
bool rights_permit_answer(struct journal *journal, int64_t request, bool gives, struct arena *arena,
                          struct error *err);
/* The same of what leaves by another way in the case in which such a request stands: given unasked to the partner of this line,
 * or into another channel (`line` NULL: of any partner). */
bool rights_permit_in_case(struct journal *journal, const struct desk_call *call,
                           const struct journal_line *line, struct error *err);
/* The same of an item that is already here, whichever case is named: by its own flag, that of the request that it answers, and
 * those in every case in which it stands. */
bool rights_permit_item(struct journal *journal, int64_t entry, struct arena *arena,
                        struct error *err);
/* The same of what is given unasked, whichever case is named: when a person in it is one of a flagged request of this line, by a
 * document, a state's number, or a name with its whole date of birth. What stands in texts and files is not compared. */
bool rights_permit_people(struct journal *journal, const struct desk_call *call,
                          const struct journal_line *line, const struct item *items, size_t count,
                          struct error *err);

/* A member `rights` of a row of a list: how a flagged request stands; nothing for others. */
void rights_row_write(struct journal *journal, int64_t request, struct json_writer *out);
/* A member `rights` with who said what; nothing for others. */
bool rights_show(struct journal *journal, int64_t request, struct arena *arena,
                 struct json_writer *out, struct error *err);
/* An undecided one as an alarm. */
void rights_alarm_write(struct journal *journal, const struct rights_line *flagged, int64_t now_ms,
                        struct json_writer *out);

#endif
