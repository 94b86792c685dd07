/* Shapes of what heads of desk, signatories and security officers do: the agreement's versions, the end of a log, a resume,
 * revocations; and what is held, erased and verified. */
#include "desk/desk.h"
#include "message/amendment.h"
#include "message/revocation.h"
#include "message/succession.h"
#include "message/suspension.h"
#include "web/shape_codes.h"
#include "web/shape_rows.h"

#define WORDS_MAX        512
#define VERSION_COUNT    256
#define CHANGE_COUNT_MAX 512

/* --- the agreement's versions --- */

static const struct shape_field signed_fields[] = {BASE64(
    "signed", MUST, 1, AMENDMENT_CMS_SIZE_MAX, "The document as the institution signed it.")};
const struct shape shape_signed =
    SHAPE("signed_arguments", "A signed version of the agreement.", signed_fields);

static const struct shape_field no_fields[] = {
    CHOICE("ground", MAY, amendment_refusal_names, "Absent: content.")};
const struct shape shape_proposal_refusal =
    SHAPE("proposal_refusal_arguments", "Why it is not signed.", no_fields);

static const struct shape_field termination_fields[] = {
    DATE("ends", MUST, "The last day; not before the notice agreed."),
    CHOICE("suspension_reason", MAY, suspension_reason_names, "Absent: other."),
};
const struct shape shape_termination =
    SHAPE("termination_arguments", "When the agreement ends, and why.", termination_fields);

static const struct shape_field governed_fields[] = {
    UUID("item", MUST, "The message that tells the partner."),
    IDENTIFIER("agreement", MUST, NULL),
    COUNT("version_in_force", MUST, NULL),
    TEXT("state", MUST, 1, WORDS_MAX, NULL),
};
const struct shape shape_governed =
    SHAPE("agreement_done", "What was told to the partner about the agreement.", governed_fields);

static const struct shape_field proposal_fields[] = {
    IDENTIFIER("agreement", MUST, NULL),
    IDENTIFIER("by", MUST, "The party that proposes."),
    COUNT("version", MUST, NULL),
    BASE64("signed", MUST, 1, AMENDMENT_CMS_SIZE_MAX, NULL),
};
const struct shape shape_proposal =
    SHAPE("agreement_proposal", "The open proposal, as it was signed.", proposal_fields);

static const struct shape_field version_fields[] = {
    COUNT("version", MUST, NULL),
    TEXT("second_signature", MUST, 1, WORDS_MAX, "The log whose entry brought it."),
    COUNT("index", MAY, "Of that entry."),
    TIME("known_here", MUST, NULL),
};
static const struct shape version_row = SHAPE("agreement_version", "A version.", version_fields);
static const struct shape *const versions[] = {&version_row};
static const struct shape_field governance_fields[] = {
    TEXT("what", MUST, 1, NAME_SIZE_MAX, "The type of the message."),
    IDENTIFIER("by", MUST, "The party."),
    COUNT("version", MAY, NULL),
    TEXT("for", MAY, 1, NAME_SIZE_MAX, "The reason, as a code."),
    TIME("at", MAY, NULL),
    TIME("ends", MAY, "Of a termination."),
};
static const struct shape governance_row =
    SHAPE("agreement_act", "What a party did about the agreement.", governance_fields);
static const struct shape *const governance_rows[] = {&governance_row};
static const struct shape_field history_fields[] = {
    IDENTIFIER("agreement", MUST, NULL),
    COUNT("version_in_force", MUST, NULL),
    BOOLEAN("suspended_by_us", MUST, NULL),
    BOOLEAN("suspended_by_partner", MUST, NULL),
    TIME("ends", MUST, "Nothing new passes from then on."),
    BOOLEAN("ended", MUST, NULL),
    BOOLEAN("more_versions", MUST,
            "Older ones are not listed; their signatures are among the acts."),
    LIST("versions", MUST, VERSION_COUNT, versions, "The newest first."),
    LIST("acts", MUST, DESK_LIST_MAX, governance_rows, "The newest first."),
    NEXT,
};
const struct shape shape_history =
    SHAPE("agreement_history", "Versions, and a page of what was done about them.", history_fields);

static const struct shape_field difference_put_fields[] = {
    BASE64("document", MAY, 1, AMENDMENT_CMS_SIZE_MAX,
           "A draft in JSON, or a signed document; absent: the open proposal."),
    BOOLEAN("own", MAY, "Our own proposal; absent: the partner's."),
};
const struct shape shape_difference_asked = SHAPE(
    "difference_arguments", "What is compared with the version in force.", difference_put_fields);

static const char *const effects[] = {"stricter", "looser", "other"};
static const struct shape_field change_fields[] = {
    TEXT("clause", MAY, 1, NAME_SIZE_MAX, NULL),
    CHOICE("effect", MUST, effects, NULL),
    TEXT("change", MUST, 1, WORDS_MAX, "In plain words."),
    TEXT("field", MUST, 1, WORDS_MAX, NULL),
};
static const struct shape change = SHAPE("agreement_change", "One change.", change_fields);
static const struct shape *const changes[] = {&change};
static const struct shape_field difference_fields[] = {
    IDENTIFIER("agreement", MUST, NULL),
    COUNT("from_version", MUST, NULL),
    COUNT("to_version", MUST, NULL),
    LIST("changes", MUST, CHANGE_COUNT_MAX, changes, NULL),
    BOOLEAN("more", MAY, "Not all are listed."),
    TEXTS("effects", MUST, 0, CLAUSE_COUNT + 6, WORDS_MAX, "Counted here, in words."),
    COUNT("held", MUST, "Messages held here."),
    COUNT("erased_sooner", MUST, NULL),
    COUNT("erased_at_once", MUST, NULL),
    COUNT("waiting", MUST, "Messages that wait to be sent."),
    COUNT("open", MUST, "Requests in custody, either way, without an answer."),
    COUNT("less_time", MUST, "Of the open ones: due earlier, had they been made under it."),
    COUNT("more_time", MUST, "Of the open ones: due later."),
    COUNT("own", MUST, "Own requests and answers, held and waiting."),
    COUNT("to_approve", MUST, "Of our own: by one officer today, by two under it."),
    COUNT("by_one", MUST, "Of our own: by two officers today, by one under it."),
};
const struct shape shape_difference =
    SHAPE("agreement_difference", "What another version would change.", difference_fields);

static const char *const tried_types[] = {"request", "answer", "spontaneous"};
static const struct shape_field ruling_fields[] = {
    BOOLEAN("allowed", MUST, NULL),
    CHOICE("type", MUST, tried_types, "Of the message."),
    TEXT("clause", MUST, 0, NAME_SIZE_MAX, "The one that decides."),
    TEXT("why", MUST, 0, WORDS_MAX, NULL),
    COUNT("version", MUST, NULL),
    CHOICE("due_row", MAY, deadline_row_names, "Which deadline."),
    COUNT("due_hours_after_receipt", MAY, NULL),
    TEXT("due_clause", MAY, 1, NAME_SIZE_MAX, "Where the deadline stands."),
    BOOLEAN("needs_second_approval", MAY, NULL),
    CHOICES("approvals", MAY, 0, four_eyes_names, "Why a second officer is needed."),
    COUNT("erased_after_days", MAY, NULL),
    CHOICE("erased_from", MAY, erase_from_names, NULL),
    TEXT("erased_clause", MAY, 1, NAME_SIZE_MAX, "Where the receiver's cap stands."),
    OBJECT("transfer_proposed", MAY, shape_transfer_grounds,
           "Of a message of ours that names no ground and leaves the Union: what the agreement "
           "proposes; an officer confirms it with transfer_ground."),
};
const struct shape shape_ruling =
    SHAPE("agreement_ruling", "What the agreement says of a message.", ruling_fields);

/* --- the end of a log --- */

static const struct shape_field ending_put_fields[] = {
    TEXT("log", MUST, 1, ORIGIN_SIZE_MAX, "A log of this node."),
    CHOICE("why", MUST, succession_reason_names, NULL),
};
const struct shape shape_ending_put =
    SHAPE("succession_preparation_arguments", "Which log ends, and why.", ending_put_fields);

static const struct shape_field succession_put_fields[] = {
    BASE64("document", MUST, 1, SUCCESSION_CMS_MAX, "As the institutions signed it.")};
const struct shape shape_succession_put =
    SHAPE("succession_arguments", "A signed document by which a log ends.", succession_put_fields);

/* What every document of an end says. */
#define ENDING                                                                                     \
    TEXT("log", MUST, 1, ORIGIN_SIZE_MAX, NULL), COUNT("size", MUST, "Its last size."),            \
        HEX("root", MUST, SHA256_SIZE, "Of its tree."),                                            \
        CHOICE("why", MUST, succession_reason_names, NULL),                                        \
        COUNT("keys", MUST, "The number of the keys that sign the next one.")

static const struct shape_field ending_fields[] = {
    ENDING, TEXT("document", MUST, 1, SUCCESSION_DOCUMENT_MAX, "What the institution signs.")};
const struct shape shape_ending_prepared =
    SHAPE("succession_prepared", "The document by which a log of ours ends.", ending_fields);

static const struct shape_field allowed_fields[] = {ENDING,
                                                    TEXT("state", MUST, 1, WORDS_MAX, NULL)};
const struct shape shape_ending_allowed =
    SHAPE("succession_allowed", "Whether the partner's log may end as it says.", allowed_fields);

static const struct shape_field ended_fields[] = {
    ENDING, TEXT("next", MUST, 1, ORIGIN_SIZE_MAX, NULL), TEXT("state", MUST, 1, WORDS_MAX, NULL)};
const struct shape shape_log_ended =
    SHAPE("succession_done", "The log that ended and the next one.", ended_fields);

/* --- a resume --- */

static const struct shape_field resume_allow_fields[] = {TEXT(
    "until", MUST, 1, NAME_SIZE_MAX, "RFC 3339, at most 7 days ahead; `now` ends the allowance.")};
const struct shape shape_resume_allow =
    SHAPE("resume_arguments", "How long the partner may fetch.", resume_allow_fields);

static const struct shape *const resumes[] = {&shape_resume};
static const struct shape_field resumes_fields[] = {
    LIST("list", MUST, PARTNER_COUNT_MAX, resumes, NULL)};
const struct shape shape_resumes =
    SHAPE("resume_states", "How far the books are behind, by partner.", resumes_fields);

/* --- revocations --- */

static const struct shape_field key_revoke_fields[] = {
    TEXT("certificate", MUST, 1, 2 * SHA256_SIZE, "Its SHA-256, in hexadecimal."),
    CHOICE("revoked_for", MUST, revocation_reason_names, NULL),
};
const struct shape shape_key_revoke =
    SHAPE("key_revocation_arguments", "Which certificate, and why.", key_revoke_fields);

static const struct shape_field told_fields[] = {
    IDENTIFIER("partner", MUST, NULL),
    UUID("item", MAY, "The message that tells it."),
    TEXT("state", MUST, 1, WORDS_MAX, NULL),
};
static const struct shape told =
    SHAPE("key_revocation_told", "A partner and the word.", told_fields);
static const struct shape *const tolds[] = {&told};
static const struct shape_field key_revoked_fields[] = {
    TEXT("certificate", MUST, 1, 2 * SHA256_SIZE, NULL),
    LIST("partners", MUST, PARTNER_COUNT_MAX, tolds, NULL),
};
const struct shape shape_key_revoked =
    SHAPE("key_revocation", "Which partner is told.", key_revoked_fields);

static const struct shape_field officer_revoked_fields[] = {
    IDENTIFIER("officer", MUST, NULL),
    TEXT("state", MUST, 1, WORDS_MAX, NULL),
    TEXT("next", MUST, 1, WORDS_MAX, NULL),
};
const struct shape shape_officer_revoked =
    SHAPE("officer_revocation", "Whose proofs count no more.", officer_revoked_fields);

/* --- what is held, and erased --- */

static const struct shape_field held_fields[] = {
    TEXT("item", MUST, 0, UUID_TEXT_SIZE, "Empty where its head cannot be read."),
    IDENTIFIER("partner", MUST, NULL),
    COUNT("index", MUST, "In the partner's log."),
    TEXT("type", MUST, 1, NAME_SIZE_MAX, NULL),
    TIME("created", MUST, NULL),
    TEXT("held_for", MUST, 1, NAME_SIZE_MAX, NULL),
    TEXT("meaning", MUST, 1, WORDS_MAX, NULL),
    TIME("erased_on", MAY, "Its time under the agreement, read or not."),
};
static const struct shape held_row = SHAPE("held_row", "What cannot be handled yet.", held_fields);
static const struct shape *const held_rows[] = {&held_row};
static const struct shape_field held_list_fields[] = {
    LIST("list", MUST, DESK_LIST_MAX, held_rows, NULL), NEXT};
const struct shape shape_held = SHAPE("held", "A page of what is held.", held_list_fields);

static const struct shape_field retried_fields[] = {COUNT("tried_again", MUST, NULL)};
const struct shape shape_retried =
    SHAPE("held_retried", "How many are tried again.", retried_fields);

#define CLOCK                                                                                      \
    TIME("clock", MUST, "Of this node."),                                                          \
        TIME("clock_confirmed", MUST, "The last time that somebody else told."),                   \
        BOOLEAN("clock_is_trusted", MUST, "False: nothing is erased until it is.")

static const struct shape_field clock_fields[] = {CLOCK};
const struct shape shape_clock = SHAPE("retention_clock", "The clock of erasure.", clock_fields);

static const struct shape_field pass_fields[] = {
    CLOCK,
    COUNT("erased", MUST, NULL),
    COUNT("heads_erased", MUST, NULL),
    COUNT("access_entries_erased", MUST, NULL),
    COUNT("people_erased", MUST, "Of the own index."),
    COUNT("on_hold", MUST, NULL),
    COUNT("undelivered", MUST, NULL),
    COUNT("log_closed", MUST, NULL),
    BOOLEAN("more", MUST, "Ask again."),
};
const struct shape shape_retention_pass =
    SHAPE("retention_pass", "What went, and what waits.", pass_fields);

/* --- looking over --- */

static const char *const doctor_levels[] = {"ok", "notice", "warning", "failure"};
static const struct shape_field advice_fields[] = {
    TEXT("check", MUST, 1, NAME_SIZE_MAX, NULL),
    CHOICE("level", MUST, doctor_levels, NULL),
    TEXT("found", MUST, 1, WORDS_MAX, NULL),
    TEXT("next", MAY, 1, WORDS_MAX, "What to do."),
};
static const struct shape advice = SHAPE("doctor_finding", "One finding.", advice_fields);
static const struct shape *const advices[] = {&advice};
static const struct shape_field doctor_fields[] = {
    CHOICE("worst", MUST, doctor_levels, NULL),
    LIST("findings", MUST, 256, advices, NULL),
};
const struct shape shape_doctor =
    SHAPE("doctor", "What is wrong, and the next step.", doctor_fields);

static const struct shape_field wrong_fields[] = {
    IDENTIFIER("kind", MUST, NULL),
    TEXT("text", MUST, 1, WORDS_MAX, "Log, index and what; no personal data."),
};
static const struct shape wrong = SHAPE("verification_finding", "What is wrong.", wrong_fields);
static const struct shape *const wrongs[] = {&wrong};
static const char *const verification_words[] = {"none", "runs", "done", "failed"};
static const struct shape_field verification_fields[] = {
    CHOICE("state", MUST, verification_words, NULL),
    TIME("began", MAY, NULL),
    TIME("ended", MAY, NULL),
    TEXT("why", MAY, 1, WORDS_MAX, "It could not be carried out."),
    TEXT("log", MAY, 1, ORIGIN_SIZE_MAX, "Where it is."),
    COUNT("at", MAY, NULL),
    COUNT("of", MAY, NULL),
    BOOLEAN("clean", MAY, NULL),
    COUNT("logs", MAY, NULL),
    COUNT("entries", MAY, NULL),
    COUNT("checkpoint_signatures", MAY, NULL),
    COUNT("receipts", MAY, NULL),
    COUNT("witness_signatures", MAY, NULL),
    COUNT("agreements", MAY, NULL),
    COUNT("bodies", MAY, NULL),
    COUNT("parts", MAY, NULL),
    COUNT("attachments", MAY, NULL),
    COUNT("attachment_bytes", MAY, NULL),
    COUNT("tiles", MAY, NULL),
    COUNT("bodies_not_opened", MAY, NULL),
    COUNT("wrong", MAY, "Findings in all."),
    LIST("findings", MAY, 64, wrongs, "The first of them."),
};
const struct shape shape_verification =
    SHAPE("verification", "How far it is, and what the last one found.", verification_fields);
