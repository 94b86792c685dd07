/*
 * Samples: one valid value of every message type, for tests of all folders. Everyone in them is invented. All memory they
 * point to is constant, so they may be copied, changed at the top and used from any thread.
 */
#ifndef BESA_TESTS_MESSAGE_SAMPLES_H
#define BESA_TESTS_MESSAGE_SAMPLES_H

#include "message/access_decision.h"
#include "message/act.h"
#include "message/amendment.h"
#include "message/answer.h"
#include "message/assigned.h"
#include "message/clarification.h"
#include "message/clock_dispute.h"
#include "message/delay_notice.h"
#include "message/erased.h"
#include "message/head.h"
#include "message/opened.h"
#include "message/outcomes.h"
#include "message/parts_held.h"
#include "message/request.h"
#include "message/revocation.h"
#include "message/spontaneous.h"
#include "message/succession.h"
#include "message/suspension.h"
#include "message/urgency.h"

/* Recorded 2026-01-12, reviewed after 180 days, erased after 300: under every default cap. */
#define SAMPLE_RECORDED_MS INT64_C(1768176000000)
#define SAMPLE_DAY_MS      INT64_C(86400000)

/* A suspect with three spellings of the name (Latin, Cyrillic, Arabic) and a contact. */
extern const struct person sample_persons[2];

/* Training, not urgent, two persons, no parts, ground art61_treaty. */
struct request sample_request(void);
/* The same, urgent with ground threat_life. */
struct request sample_request_urgent(void);
/* The same as the first with the reference `RO-<n>`, written into `reference`. */
struct request sample_request_numbered(unsigned n, char reference[24]);
/* Full: a person and a text. */
struct answer sample_answer(void);
/* Refused with grounds f_ii and under_agreement. */
struct answer sample_answer_refused(void);
/* The person and the text of a full one, and ground f_ii. */
struct answer sample_answer_partial(void);
struct answer sample_answer_nothing_held(void);
struct opened sample_opened(void);
struct assigned sample_assigned(void);
struct outcomes sample_outcomes(void);
struct erased sample_erased(void);
struct parts_held sample_parts_held(void);
struct clock_dispute sample_clock_dispute(void);
struct succession sample_succession(void);
struct act sample_act(void);
struct agreement_proposal sample_agreement_proposal(void);
struct agreement_signature sample_agreement_signature(void);
struct agreement_refusal sample_agreement_refusal(void);
struct agreement_withdrawal sample_agreement_withdrawal(void);
struct suspension sample_suspension(void);
struct suspension_lifted sample_suspension_lifted(void);
struct termination sample_termination(void);
struct key_revocation sample_key_revocation(void);
struct clarification sample_clarification(void);
struct clarification_reply sample_clarification_reply(void);
struct access_decision sample_access_decision(void);
struct delay_notice sample_delay_notice(void);
struct urgency_not_shared sample_urgency_not_shared(void);
struct urgency_reply sample_urgency_reply(void);
/* Must be given: a person and a text, from Bucharest. */
struct spontaneous sample_spontaneous(void);

/* A request with an attachment of three segments (all zeros but the last byte) and a small part, its digests true. */
#define SAMPLE_ATTACHMENT_SIZE (INT64_C(2) * 1024 * 1024 + 5)
struct sample_parts {
    uint8_t salts[2][SALT_SIZE];
    struct part parts[2];
    struct attachment attachment;
    uint8_t segment_hashes[3 * DIGEST_SIZE];
};
/* Bytes of segment `index` into `room` (SEGMENT_SIZE); their count. */
size_t sample_segment(size_t index, uint8_t *room);
/* `room` must outlive the request. False when memory is out. */
bool sample_request_with_parts(struct sample_parts *room, struct request *out);

/* Canonical body of the type's sample; false when the type has none or the buffer is too small. */
bool sample_body(enum message_type type, struct buffer *out);
/* A head of the type as `ro` writes it to `al`, with a body digest where the type has a body. */
struct head sample_head(enum message_type type);

#endif
