/* Clauses: see clause.h. Numbers are stable: rulings of years ago name them. */
#include "agreement/clause.h"

#include "base/attributes.h"

const struct agreement_clause agreement_clauses[CLAUSE_COUNT] = {
    [CLAUSE_PARTIES] = {"1.1", "parties",
                        "Messages go only between the two parties named, in either direction."},
    [CLAUSE_PERIOD] = {"1.2", "period", "The version rules from valid_from until valid_to."},
    [CLAUSE_TRAINING] = {"1.3", "training data",
                         "A training agreement carries training data only, and no other "
                         "agreement carries training data."},
    [CLAUSE_SUSPENSION] = {"1.4", "suspension",
                           "Either party may suspend, at once: sending and handling of anything "
                           "new stops; what is about the exchange itself (outcomes, withdrawals, "
                           "erasures, parts held, clock disputes) or about the agreement goes on."},
    [CLAUSE_TERMINATION] = {"1.5", "termination",
                            "Either party may end the agreement, not before the notice agreed is "
                            "over. From that day nothing new is sent; what is held is kept until "
                            "its caps, or erased earlier where the agreement says so; custody, "
                            "outcomes, recalls and erasures go on."},
    [CLAUSE_AMENDMENT] =
        {"1.6", "amendment",
         "A new version is proposed by one institution and signed by the other. It "
         "rules what stands after the second signature in the logs. What was "
         "received before keeps its version, unless the new one erases sooner."},
    [CLAUSE_LEGAL_BASES] = {"2.1", "legal bases",
                            "Data of real persons needs an instrument in force. The agreement "
                            "carries it out and is never itself a legal basis."},
    [CLAUSE_AUTHORITIES] = {"2.2", "competent authorities",
                            "Only the competent authorities listed ask, or give unasked."},
    [CLAUSE_MESSAGE_TYPES] = {"3.1", "message types", "Only the message types listed are used."},
    [CLAUSE_LANGUAGES] = {"3.2", "languages",
                          "A message is written in a language that its receiver accepts."},
    [CLAUSE_DECLARATIONS] = {"3.3", "declarations",
                             "A named officer declares a request necessary and proportionate, and "
                             "the information believed available."},
    [CLAUSE_SIZES] = {"3.4", "sizes",
                      "Bodies and attachments stay within the sizes and counts listed."},
    [CLAUSE_QUOTAS] = {"3.5", "quotas", "Requests and bytes a day stay within the quotas listed."},
    [CLAUSE_PURPOSES] = {"4.1", "purposes", "The closed list of purposes."},
    [CLAUSE_OFFENCES] = {"4.2", "offences",
                         "The closed list of offences, each with a maximum penalty of at least "
                         "the years agreed."},
    [CLAUSE_PERSON_FIELDS] = {"5.1", "personal data",
                              "For each category of person only the fields listed."},
    [CLAUSE_PROTECTED_PERSONS] = {"5.2", "protected persons",
                                  "Victims, witnesses, persons who give information, smuggled "
                                  "migrants and missing persons: the narrower set of fields, which "
                                  "no agreement may widen."},
    [CLAUSE_RETENTION] =
        {"5.3", "retention",
         "What is received is erased within the cap of its category; what could not be "
         "read, within the shortest cap of all."},
    [CLAUSE_HANDLING_CODES] = {"6.1", "handling codes", "Only the handling codes listed."},
    [CLAUSE_CLASSIFICATION] = {"6.2", "classification", "Nothing above the ceiling."},
    [CLAUSE_SOURCE_SYSTEMS] = {"6.3", "source systems",
                               "Data crosses only from the source systems listed for its sender; "
                               "an unknown source is refused."},
    [CLAUSE_TRANSFER_GROUND] = {"7.1", "transfer ground",
                                "Personal data that goes to a third country names one of the "
                                "grounds listed, with instrument and article."},
    [CLAUSE_TRANSFER_SINGLE] = {"7.2", "single-case transfer",
                                "A ground of Article 38 needs a reason for each person."},
    [CLAUSE_TRANSFER_RIGHTS] = {"7.3", "declaration on rights",
                                "The sender declares that the data will not be used to request, "
                                "hand down or carry out a death penalty or cruel treatment."},
    [CLAUSE_DEADLINES] = {"8.1", "deadlines",
                          "The time limits, counted from custody by the receiver."},
    [CLAUSE_URGENCY] = {"8.2", "urgency",
                        "A request is urgent only on one of the four grounds. Where the requested "
                        "party does not share it, the short limit runs on until the requesting "
                        "party gives the urgency up."},
    [CLAUSE_CLARIFICATION] =
        {"8.3", "clarification",
         "A question suspends the limit, from its custody by the requesting party to the custody "
         "of the reply by the requested party. One is open at a time; a third is asked by the head "
         "of desk."},
    [CLAUSE_DELAY] = {"8.4", "judicial authorisation",
                      "Where one is needed, the requesting party is told at once, before the limit "
                      "ends, with the expected length; and again when that changes."},
    [CLAUSE_SECOND_APPROVAL] = {"9.1", "second approval",
                                "What a second officer approves before it is sent; the message "
                                "names who approved, and is refused without."},
    [CLAUSE_EMERGENCY] = {"9.2", "emergency",
                          "Where agreed, an answer that nobody approved within 30 minutes may be "
                          "sent by one officer when the request is urgent because life or public "
                          "security is threatened: at most three items in all answers to it, no "
                          "attachment, nothing protected, of another provider or under H1, H2 or "
                          "H3. It is marked, and reviewed within 12 hours."},
};

bool clause_find(struct span number, enum clause *out)
{
    for (size_t i = 0; i < CLAUSE_COUNT; i++) {
        if (span_is(number, agreement_clauses[i].number)) {
            *out = (enum clause)i;
            return true;
        }
    }
    return false;
}

void clauses_write(struct buffer *out)
{
    buffer_text(out, "| clause | title | rule |\n|---|---|---|\n");
    for (size_t i = 0; i < CLAUSE_COUNT; i++)
        buffer_format(out, "| %s | %s | %s |\n", agreement_clauses[i].number,
                      agreement_clauses[i].title, agreement_clauses[i].rule);
}
