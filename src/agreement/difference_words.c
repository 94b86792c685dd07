/* The words of each field for a difference: see difference_words.h. */
#include "agreement/difference_words.h"

#include "agreement/difference.h"
#include "base/attributes.h"

static const struct words table[] = {
    {"format", CLAUSE_COUNT, NEUTRAL, PLAIN, "format of the document"},
    {"id", CLAUSE_PARTIES, NEUTRAL, PLAIN, "name of the agreement"},
    {"version", CLAUSE_AMENDMENT, NEUTRAL, PLAIN, "version"},
    {"valid_from", CLAUSE_PERIOD, NEUTRAL, PLAIN, "rules from"},
    {"valid_to", CLAUSE_PERIOD, LESS_IS_STRICTER, PLAIN, "rules until"},
    {"is_training", CLAUSE_TRAINING, NEUTRAL, PLAIN, "for training data only:"},
    {"custody_statement", CLAUSE_PARTIES, NEUTRAL, PLAIN, "a custody signature states"},
    {"psk_hash", CLAUSE_PARTIES, NEUTRAL, PLAIN, "hash of the first pre-shared key"},
    {"parties", CLAUSE_PARTIES, NEUTRAL, PLAIN, "party"},
    {"parties.party", CLAUSE_PARTIES, NEUTRAL, PLAIN, "name"},
    {"parties.state", CLAUSE_PARTIES, NEUTRAL, PLAIN, "state"},
    {"parties.status", CLAUSE_PARTIES, NEUTRAL, PLAIN, "status towards the Union"},
    {"parties.certificate", CLAUSE_PARTIES, NEUTRAL, PLAIN, "the institution's certificate"},
    {"parties.next_certificate", CLAUSE_PARTIES, NEUTRAL, PLAIN,
     "the institution's next certificate"},
    {"parties.log_key", CLAUSE_PARTIES, NEUTRAL, PLAIN, "log key"},
    {"parties.custody_key", CLAUSE_PARTIES, NEUTRAL, PLAIN, "custody key"},
    {"parties.witness_key", CLAUSE_PARTIES, NEUTRAL, PLAIN, "witness key"},
    {"parties.sealing_key", CLAUSE_PARTIES, NEUTRAL, PLAIN, "sealing key"},
    {"parties.time_zone", CLAUSE_PARTIES, NEUTRAL, PLAIN, "time zone"},
    {"parties.contact", CLAUSE_PARTIES, NEUTRAL, PLAIN, "the desk's telephone"},
    {"parties.languages", CLAUSE_LANGUAGES, FEWER_IS_STRICTER, PLAIN, "accepted language"},
    {"parties.authorities", CLAUSE_AUTHORITIES, FEWER_IS_STRICTER, PLAIN, "competent authority"},
    {"parties.authorities.code", CLAUSE_AUTHORITIES, NEUTRAL, PLAIN, "code"},
    {"parties.authorities.name", CLAUSE_AUTHORITIES, NEUTRAL, PLAIN, "name"},
    {"parties.source_systems", CLAUSE_SOURCE_SYSTEMS, FEWER_IS_STRICTER, PLAIN, "source system"},
    {"parties.minimum_protocol", CLAUSE_PARTIES, MORE_IS_STRICTER, PLAIN,
     "oldest protocol version"},
    {"legal_bases", CLAUSE_LEGAL_BASES, FEWER_IS_STRICTER, PLAIN, "legal basis"},
    {"legal_bases.instrument", CLAUSE_LEGAL_BASES, NEUTRAL, PLAIN, "instrument"},
    {"legal_bases.article", CLAUSE_LEGAL_BASES, NEUTRAL, PLAIN, "article"},
    {"legal_bases.in_force_from", CLAUSE_LEGAL_BASES, NEUTRAL, PLAIN, "in force from"},
    {"legal_bases.in_force_to", CLAUSE_LEGAL_BASES, NEUTRAL, PLAIN, "in force until"},
    {"legal_bases.authorities", CLAUSE_LEGAL_BASES, FEWER_IS_STRICTER, PLAIN, "authority"},
    {"message_types", CLAUSE_MESSAGE_TYPES, FEWER_IS_STRICTER, PLAIN, "message type"},
    {"purposes", CLAUSE_PURPOSES, FEWER_IS_STRICTER, PLAIN, "purpose"},
    {"offence_minimum_years", CLAUSE_OFFENCES, MORE_IS_STRICTER, YEARS,
     "each offence has a maximum penalty of at least"},
    {"offences", CLAUSE_OFFENCES, FEWER_IS_STRICTER, PLAIN, "offence"},
    {"offences.offence", CLAUSE_OFFENCES, NEUTRAL, PLAIN, "offence"},
    {"offences.penalty_years", CLAUSE_OFFENCES, NEUTRAL, YEARS, "maximum penalty at least"},
    {"categories", CLAUSE_PERSON_FIELDS, FEWER_IS_STRICTER, PLAIN, "category of person"},
    {"categories.category", CLAUSE_PERSON_FIELDS, NEUTRAL, PLAIN, "category"},
    {"categories.fields", CLAUSE_PERSON_FIELDS, FEWER_IS_STRICTER, PLAIN, "field"},
    {"handling_codes", CLAUSE_HANDLING_CODES, FEWER_IS_STRICTER, PLAIN, "handling code"},
    {"classification_ceiling", CLAUSE_CLASSIFICATION, LESS_IS_STRICTER, PLAIN, "nothing above"},
    {"deadlines", CLAUSE_DEADLINES, NEUTRAL, PLAIN, "deadlines"},
    {"deadlines.count", CLAUSE_DEADLINES, NEUTRAL, PLAIN, "hours are counted as"},
    {"deadlines.urgent_direct_hours", CLAUSE_DEADLINES, LESS_IS_STRICTER, HOURS,
     "urgent and directly at hand: answered within"},
    {"deadlines.urgent_indirect_hours", CLAUSE_DEADLINES, LESS_IS_STRICTER, HOURS,
     "urgent otherwise: answered within"},
    {"deadlines.other_hours", CLAUSE_DEADLINES, LESS_IS_STRICTER, HOURS,
     "all else: answered within"},
    {"retention", CLAUSE_RETENTION, FEWER_IS_STRICTER, PLAIN, "cap for category"},
    {"retention.category", CLAUSE_RETENTION, NEUTRAL, PLAIN, "category"},
    {"retention.erase_days", CLAUSE_RETENTION, LESS_IS_STRICTER, DAYS, "erased after"},
    {"retention.review_days", CLAUSE_RETENTION, LESS_IS_STRICTER, DAYS, "reviewed after"},
    {"retention_other", CLAUSE_RETENTION, NEUTRAL, PLAIN, "other caps"},
    {"retention_other.request_days", CLAUSE_RETENTION, LESS_IS_STRICTER, DAYS,
     "requests: erased, from their end, after"},
    {"retention_other.text_days", CLAUSE_RETENTION, LESS_IS_STRICTER, DAYS, "texts: erased after"},
    {"retention_other.minor_days", CLAUSE_RETENTION, LESS_IS_STRICTER, DAYS,
     "minors of any category: erased after"},
    {"retention_other.domestic_days", CLAUSE_RETENTION, NEUTRAL, DAYS, "access entries: kept for"},
    {"retention_other.head_days", CLAUSE_RETENTION, NEUTRAL, DAYS, "heads of the logs: kept for"},
    {"limits", CLAUSE_SIZES, NEUTRAL, PLAIN, "limits"},
    {"limits.body_size", CLAUSE_SIZES, LESS_IS_STRICTER, BYTES, "a body: at most"},
    {"limits.attachment_size", CLAUSE_SIZES, LESS_IS_STRICTER, BYTES, "an attachment: at most"},
    {"limits.attachment_count", CLAUSE_SIZES, LESS_IS_STRICTER, PLAIN,
     "attachments of one message: at most"},
    {"limits.day_size", CLAUSE_QUOTAS, LESS_IS_STRICTER, BYTES, "a day in one direction: at most"},
    {"limits.request_count", CLAUSE_QUOTAS, LESS_IS_STRICTER, PLAIN,
     "requests a day in one direction: at most"},
    {"four_eyes", CLAUSE_SECOND_APPROVAL, MORE_ENTRIES_IS_STRICTER, PLAIN,
     "second officer's approval of"},
    {"transfer_grounds", CLAUSE_TRANSFER_GROUND, FEWER_IS_STRICTER, PLAIN, "transfer ground"},
    {"termination", CLAUSE_TERMINATION, NEUTRAL, PLAIN, "the clause itself"},
    {"termination.notice_days", CLAUSE_TERMINATION, NEUTRAL, DAYS, "notice:"},
    {"termination.held", CLAUSE_TERMINATION, NEUTRAL, PLAIN, "what is held at the end is"},
    {"termination.erase_days", CLAUSE_TERMINATION, LESS_IS_STRICTER, DAYS,
     "where it is erased at the end, within"},
    {"opened_notice", CLAUSE_MESSAGE_TYPES, NEUTRAL, PLAIN, "openings are told to the sender:"},
    {"clock_bound_s", CLAUSE_DEADLINES, LESS_IS_STRICTER, SECONDS,
     "the two clocks differ by at most"},
    {"notes", CLAUSE_COUNT, NEUTRAL, PLAIN, "remark"},
    {"notes.clause", CLAUSE_COUNT, NEUTRAL, PLAIN, "clause"},
    {"notes.text", CLAUSE_COUNT, NEUTRAL, PLAIN, "remark"},
};

const struct words *words_find(const char *path)
{
    for (size_t i = 0; i < ARRAY_COUNT(table); i++)
        if (strcmp(table[i].path, path) == 0)
            return &table[i];
    return NULL;
}

const char *difference_words(const char *path)
{
    const struct words *words = words_find(path);
    return words == NULL ? NULL : words->words;
}
