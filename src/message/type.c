/* Message types: see type.h. */
#include "message/type.h"

#include "message/access_decision.h"
#include "message/act.h"
#include "message/amendment.h"
#include "message/answer.h"
#include "message/assigned.h"
#include "message/clarification.h"
#include "message/clock_dispute.h"
#include "message/delay_notice.h"
#include "message/erased.h"
#include "message/form.h"
#include "message/opened.h"
#include "message/outcomes.h"
#include "message/parts_held.h"
#include "message/request.h"
#include "message/revocation.h"
#include "message/spontaneous.h"
#include "message/succession.h"
#include "message/suspension.h"
#include "message/urgency.h"

const char *const message_sender_names[] = {
    [SENDER_ANY] = "either party",
    [SENDER_REQUESTED] = "the requested party",
    [SENDER_HOLDER] = "the party that received what it names",
    [SENDER_WRITER] = "the party that wrote what it names",
    [SENDER_SELF] = "the node, to itself",
};

const char *const message_retention_names[] = {
    [RETENTION_BUSINESS] = "by person category and case, as agreed",
    [RETENTION_BOOKS] = "as long as heads",
    [RETENTION_ACCESS] = "as access entries",
    [RETENTION_NONE] = "no body",
};

const struct message_type_row message_types[MESSAGE_TYPE_COUNT] = {
    [MESSAGE_REQUEST] = {.name = "request",
                         .version = 1,
                         .sender = SENDER_ANY,
                         .retention = RETENTION_BUSINESS,
                         .has_body = true,
                         .owes_outcome = true,
                         .is_business = true,
                         .form = &request_form,
                         .meaning = "Asks the other party for information."},
    [MESSAGE_ANSWER] = {.name = "answer",
                        .version = 1,
                        .sender = SENDER_REQUESTED,
                        .retention = RETENTION_BUSINESS,
                        .has_body = true,
                        .owes_outcome = true,
                        .is_business = true,
                        .needs_in_reply_to = true,
                        .form = &answer_form,
                        .meaning = "Answers a request: in whole, in part, nothing held, refused."},
    [MESSAGE_OPENED] = {.name = "opened",
                        .version = 1,
                        .sender = SENDER_HOLDER,
                        .retention = RETENTION_BOOKS,
                        .has_body = true,
                        .is_business = true,
                        .needs_in_reply_to = true,
                        .form = &opened_form,
                        .meaning = "A desk opened the message, if the agreement has such notices."},
    [MESSAGE_ASSIGNED] = {.name = "assigned",
                          .version = 1,
                          .sender = SENDER_HOLDER,
                          .retention = RETENTION_BOOKS,
                          .has_body = true,
                          .is_business = true,
                          .needs_in_reply_to = true,
                          .form = &assigned_form,
                          .meaning = "The message was given to a unit."},
    [MESSAGE_OUTCOMES] = {.name = "outcomes",
                          .version = 1,
                          .sender = SENDER_HOLDER,
                          .retention = RETENTION_BOOKS,
                          .has_body = true,
                          .form = &outcomes_form,
                          .meaning = "What became of a range of the partner's entries."},
    [MESSAGE_WITHDRAWN] = {.name = "withdrawn",
                           .version = 1,
                           .sender = SENDER_WRITER,
                           .retention = RETENTION_NONE,
                           .needs_in_reply_to = true,
                           .meaning = "The body of the named entry is not delivered."},
    [MESSAGE_ERASED] = {.name = "erased",
                        .version = 1,
                        .sender = SENDER_ANY,
                        .retention = RETENTION_BOOKS,
                        .has_body = true,
                        .form = &erased_form,
                        .meaning = "The writer erased an exchanged body or part."},
    [MESSAGE_PARTS_HELD] = {.name = "parts_held",
                            .version = 1,
                            .sender = SENDER_HOLDER,
                            .retention = RETENTION_BOOKS,
                            .has_body = true,
                            .form = &parts_held_form,
                            .meaning = "These attachments are held whole and checked."},
    [MESSAGE_CLOCK_DISPUTE] = {.name = "clock_dispute",
                               .version = 1,
                               .sender = SENDER_WRITER,
                               .retention = RETENTION_BOOKS,
                               .has_body = true,
                               .form = &clock_dispute_form,
                               .meaning = "The receipt counts, the time in it is disputed."},
    [MESSAGE_ACT] = {.name = "act",
                     .version = 1,
                     .sender = SENDER_SELF,
                     .retention = RETENTION_ACCESS,
                     .has_body = true,
                     .is_domestic = true,
                     .form = &act_form,
                     .meaning = "One act or access at this node."},
    [MESSAGE_FILLER] = {.name = "filler",
                        .version = 1,
                        .sender = SENDER_SELF,
                        .retention = RETENTION_NONE,
                        .is_domestic = true,
                        .meaning = "Fills a beat of the domestic log, so that its size says "
                                   "little."},
    [MESSAGE_SUCCESSION] = {.name = "succession",
                            .version = 1,
                            .sender = SENDER_ANY,
                            .retention = RETENTION_BOOKS,
                            .has_body = true,
                            .is_of_any_log = true,
                            .form = &succession_form,
                            .meaning = "A log of the writer ended; another follows it."},
    [MESSAGE_AGREEMENT_PROPOSAL] = {.name = "agreement_proposal",
                                    .version = 1,
                                    .sender = SENDER_ANY,
                                    .retention = RETENTION_BOOKS,
                                    .has_body = true,
                                    .owes_outcome = true,
                                    .is_governance = true,
                                    .form = &agreement_proposal_form,
                                    .meaning = "Proposes the next version of the agreement."},
    [MESSAGE_AGREEMENT_SIGNATURE] = {.name = "agreement_signature",
                                     .version = 1,
                                     .sender = SENDER_HOLDER,
                                     .retention = RETENTION_BOOKS,
                                     .has_body = true,
                                     .owes_outcome = true,
                                     .is_governance = true,
                                     .needs_in_reply_to = true,
                                     .form = &agreement_signature_form,
                                     .meaning =
                                         "Signs a proposal second: the version comes into force."},
    [MESSAGE_AGREEMENT_REFUSAL] = {.name = "agreement_refusal",
                                   .version = 1,
                                   .sender = SENDER_HOLDER,
                                   .retention = RETENTION_BOOKS,
                                   .has_body = true,
                                   .owes_outcome = true,
                                   .is_governance = true,
                                   .needs_in_reply_to = true,
                                   .form = &agreement_refusal_form,
                                   .meaning = "Does not sign a proposal."},
    [MESSAGE_AGREEMENT_WITHDRAWAL] = {.name = "agreement_withdrawal",
                                      .version = 1,
                                      .sender = SENDER_WRITER,
                                      .retention = RETENTION_BOOKS,
                                      .has_body = true,
                                      .owes_outcome = true,
                                      .is_governance = true,
                                      .needs_in_reply_to = true,
                                      .form = &agreement_withdrawal_form,
                                      .meaning = "Asks for the writer's own proposal back."},
    [MESSAGE_SUSPENSION] = {.name = "suspension",
                            .version = 1,
                            .sender = SENDER_ANY,
                            .retention = RETENTION_BOOKS,
                            .has_body = true,
                            .owes_outcome = true,
                            .is_governance = true,
                            .form = &suspension_form,
                            .meaning = "Suspends the agreement, at once."},
    [MESSAGE_SUSPENSION_LIFTED] = {.name = "suspension_lifted",
                                   .version = 1,
                                   .sender = SENDER_WRITER,
                                   .retention = RETENTION_BOOKS,
                                   .has_body = true,
                                   .owes_outcome = true,
                                   .is_governance = true,
                                   .needs_in_reply_to = true,
                                   .form = &suspension_lifted_form,
                                   .meaning = "Lifts the writer's own suspension."},
    [MESSAGE_TERMINATION] = {.name = "termination",
                             .version = 1,
                             .sender = SENDER_ANY,
                             .retention = RETENTION_BOOKS,
                             .has_body = true,
                             .owes_outcome = true,
                             .is_governance = true,
                             .form = &termination_form,
                             .meaning = "Ends the agreement at a day."},
    [MESSAGE_KEY_REVOCATION] = {.name = "key_revocation",
                                .version = 1,
                                .sender = SENDER_ANY,
                                .retention = RETENTION_BOOKS,
                                .has_body = true,
                                .owes_outcome = true,
                                .is_governance = true,
                                .form = &key_revocation_form,
                                .meaning = "A TLS certificate of the writer counts no more."},
    [MESSAGE_CLARIFICATION] = {.name = "clarification",
                               .version = 1,
                               .sender = SENDER_REQUESTED,
                               .retention = RETENTION_BUSINESS,
                               .has_body = true,
                               .owes_outcome = true,
                               .is_business = true,
                               .needs_in_reply_to = true,
                               .about = MESSAGE_REQUEST,
                               .form = &clarification_form,
                               .meaning = "Asks about a request; suspends its time limit."},
    [MESSAGE_CLARIFICATION_REPLY] = {.name = "clarification_reply",
                                     .version = 1,
                                     .sender = SENDER_HOLDER,
                                     .retention = RETENTION_BUSINESS,
                                     .has_body = true,
                                     .owes_outcome = true,
                                     .is_business = true,
                                     .needs_in_reply_to = true,
                                     .about = MESSAGE_CLARIFICATION,
                                     .form = &clarification_reply_form,
                                     .meaning =
                                         "Replies to a clarification; the time limit goes on."},
    [MESSAGE_ACCESS_DECISION] = {.name = "access_decision",
                                 .version = 1,
                                 .sender = SENDER_REQUESTED,
                                 .retention = RETENTION_BOOKS,
                                 .has_body = true,
                                 .owes_outcome = true,
                                 .is_business = true,
                                 .needs_in_reply_to = true,
                                 .about = MESSAGE_REQUEST,
                                 .form = &access_decision_form,
                                 .meaning = "Says whether the information is directly accessible."},
    [MESSAGE_DELAY_NOTICE] = {.name = "delay_notice",
                              .version = 1,
                              .sender = SENDER_REQUESTED,
                              .retention = RETENTION_BOOKS,
                              .has_body = true,
                              .owes_outcome = true,
                              .is_business = true,
                              .needs_in_reply_to = true,
                              .about = MESSAGE_REQUEST,
                              .form = &delay_notice_form,
                              .meaning = "The answer waits for a judicial authorisation."},
    [MESSAGE_URGENCY_NOT_SHARED] = {.name = "urgency_not_shared",
                                    .version = 1,
                                    .sender = SENDER_REQUESTED,
                                    .retention = RETENTION_BOOKS,
                                    .has_body = true,
                                    .owes_outcome = true,
                                    .is_business = true,
                                    .needs_in_reply_to = true,
                                    .about = MESSAGE_REQUEST,
                                    .form = &urgency_not_shared_form,
                                    .meaning =
                                        "The requested party does not find the request urgent."},
    [MESSAGE_URGENCY_REPLY] = {.name = "urgency_reply",
                               .version = 1,
                               .sender = SENDER_HOLDER,
                               .retention = RETENTION_BOOKS,
                               .has_body = true,
                               .owes_outcome = true,
                               .is_business = true,
                               .needs_in_reply_to = true,
                               .about = MESSAGE_URGENCY_NOT_SHARED,
                               .form = &urgency_reply_form,
                               .meaning = "The urgency is given up, or kept."},
    [MESSAGE_SPONTANEOUS] = {.name = "spontaneous",
                             .version = 1,
                             .sender = SENDER_ANY,
                             .retention = RETENTION_BUSINESS,
                             .has_body = true,
                             .owes_outcome = true,
                             .is_business = true,
                             .form = &spontaneous_form,
                             .meaning = "Gives information unasked."},
};

static bool is_known(enum message_type type)
{
    return type > MESSAGE_UNKNOWN && type < MESSAGE_TYPE_COUNT;
}

enum message_type message_type_find(struct span name, unsigned version)
{
    for (unsigned i = 1; i < MESSAGE_TYPE_COUNT; i++)
        if (span_is(name, message_types[i].name) && message_types[i].version == version)
            return (enum message_type)i;
    return MESSAGE_UNKNOWN;
}

const char *message_type_name(enum message_type type)
{
    return is_known(type) ? message_types[type].name : "unknown";
}

unsigned message_type_version(enum message_type type)
{
    return is_known(type) ? message_types[type].version : 0;
}

bool message_type_is_business(enum message_type type)
{
    return is_known(type) && message_types[type].is_business;
}

bool message_type_is_governance(enum message_type type)
{
    return is_known(type) && message_types[type].is_governance;
}

bool message_type_is_exchanged(enum message_type type)
{
    return is_known(type) && !message_types[type].is_domestic;
}

bool message_type_owes_outcome(enum message_type type)
{
    return is_known(type) && message_types[type].owes_outcome;
}

bool message_type_is_of_clock(enum message_type type)
{
    return type >= MESSAGE_CLARIFICATION && type <= MESSAGE_URGENCY_REPLY;
}

const void *message_read(enum message_type type, struct span body, struct arena *arena,
                         struct problems *problems)
{
    const struct form *form = is_known(type) ? message_types[type].form : NULL;

    if (form == NULL) {
        problems_add(problems, "", ERROR_INPUT, "type '%s' has no body", message_type_name(type));
        return NULL;
    }
    void *out = arena_alloc(arena, form->size);
    if (out == NULL) {
        problems_add(problems, "", ERROR_LIMIT, "does not fit in memory");
        return NULL;
    }
    return form_read(form, body, arena, out, problems) ? out : NULL;
}

bool message_parts(enum message_type type, const void *body, const struct part_list **parts,
                   const struct attachment_list **attachments)
{
    const struct request *request = body;
    const struct answer *answer = body;
    const struct spontaneous *spontaneous = body;

    *parts = NULL;
    *attachments = NULL;
    if (type == MESSAGE_REQUEST) {
        *parts = &request->parts;
        *attachments = &request->attachments;
    }
    if (type == MESSAGE_ANSWER) {
        *parts = &answer->parts;
        *attachments = &answer->attachments;
    }
    if (type == MESSAGE_SPONTANEOUS) {
        *parts = &spontaneous->parts;
        *attachments = &spontaneous->attachments;
    }
    return *parts != NULL;
}

size_t message_items(enum message_type type, const void *body, const struct item **items)
{
    const struct answer *answer = body;
    const struct spontaneous *spontaneous = body;

    *items = NULL;
    if (type == MESSAGE_ANSWER) {
        *items = answer->items;
        return answer->item_count;
    }
    if (type == MESSAGE_SPONTANEOUS) {
        *items = spontaneous->items;
        return spontaneous->item_count;
    }
    return 0;
}

bool message_type_gives_items(enum message_type type)
{
    return type == MESSAGE_ANSWER || type == MESSAGE_SPONTANEOUS;
}
