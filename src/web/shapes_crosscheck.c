/* Shapes of the cross-check: what is held already, what was touched, what was sent before. */
#include "desk/case_limits.h"
#include "desk/crosscheck_limits.h"
#include "desk/desk.h"
#include "desk/own_form.h"
#include "web/shape_codes.h"
#include "web/shape_rows.h"

static const char *const record_words[] = {"request",    "answer",     "spontaneous", "case_person",
                                           "own_person", "registered", "ask_unit"};

static const struct shape_field record_fields[] = {
    CHOICE("what", MUST, record_words,
           "ask_unit: one's own unit keeps a record that this desk does not see."),
    UUID("item", MAY, "Of a message."),
    IDENTIFIER("partner", MAY, "Of a message."),
    BOOLEAN("own", MAY, "Of a message: we sent it."),
    TIME("created", MAY, "Of a message."),
    TEXT("reference", MAY, 1, 64, "Of a request."),
    CODES_WORDS,
    TEXT("case", MAY, 1, NAME_SIZE_MAX, NULL),
    INTEGER("person", MAY, 1, JSON_INTEGER_MAX, "Of the case, or of the own index."),
    CHOICE("category", MAY, person_category_names, "As it is kept there."),
    INTEGER("register", MAY, 1, JSON_INTEGER_MAX, "Of the desk's register."),
    IDENTIFIER("source", MAY, "The register of the own index."),
    IDENTIFIER("unit", MAY, "That has the case."),
    IDENTIFIER("ask_unit", MAY, "That knows more."),
    TEXTS("by", MUST, 1, CROSSCHECK_KIND_MAX, 32,
          "document, phone, plate, name_birth, reference and so on."),
    BOOLEAN("near", MAY,
            "Of the own index: only like what the request says; a candidate to look at."),
    TEXT("score", MAY, 5, 5,
         "Of who is near, 0.000 to 1.000: of candidates with these reasons, how many were meant."),
    INTEGER("name_likeness_percent", MAY, 0, 100, "Of who is near; 0: not found by the name."),
    TEXTS("reasons", MAY, 0, OWN_REASON_COUNT, OWN_REASON_SIZE, "Why somebody is near."),
    INTEGERS("joined", MAY, 1, OWN_JOINED_MAX,
             "Of the own index: others who are this person, as officers said, of those whom this "
             "reader may see."),
};
static const struct shape record =
    SHAPE("crosscheck_record", "A record that names the same.", record_fields);
static const struct shape *const records[] = {&record};

#define RECORDS                                                                                    \
    LIST("list", MUST, CROSSCHECK_SHOWN_MAX, records, "Those that the reader may know of."),       \
        BOOLEAN("more", MUST, "There are more than are shown.")

static const struct shape_field crosscheck_fields[] = {
    UUID("item", MUST, "The request, or what was given."), RECORDS,
    OBJECT("least", MUST, shape_least_of, "From which score on somebody is near.")};
const struct shape shape_crosscheck =
    SHAPE("crosscheck", "What is held here already of what a request names.", crosscheck_fields);

static const struct shape_field elsewhere_fields[] = {
    TEXT("case", MUST, 1, NAME_SIZE_MAX, NULL),
    CHOICE("channel", MUST, case_channel_names, NULL),
    TEXT("reference", MUST, 1, CASE_REFERENCE_SIZE_MAX, NULL),
};
static const struct shape elsewhere =
    SHAPE("sent_elsewhere", "Another channel that has the matter.", elsewhere_fields);
static const struct shape *const elsewheres[] = {&elsewhere};
static const struct shape_field duplicates_fields[] = {
    RECORDS, LIST("elsewhere", MUST, CASE_REFERENCE_MAX *CASE_REFERENCE_MAX, elsewheres,
                  "Of one's own case and of those in the list.")};
const struct shape shape_duplicates =
    SHAPE("duplicates", "What was asked, answered or sent elsewhere already.", duplicates_fields);

static const char *const touched_words[] = {"case_person", "item", "registered"};
static const struct shape_field touch_fields[] = {
    INTEGER("touch", MUST, 1, JSON_INTEGER_MAX, NULL),
    TIME("at", MUST, NULL),
    CHOICE("what", MUST, touched_words, "What one's own unit keeps."),
    TEXT("case", MAY, 1, NAME_SIZE_MAX, NULL),
    INTEGER("person", MAY, 1, JSON_INTEGER_MAX, NULL),
    INTEGER("register", MAY, 1, JSON_INTEGER_MAX, NULL),
    UUID("item", MAY, NULL),
    IDENTIFIER("ask_unit", MUST, "That works on the request."),
};
static const struct shape touch = SHAPE("touch", "A request touched it.", touch_fields);
static const struct shape *const touches[] = {&touch};
static const struct shape_field touched_fields[] = {
    LIST("list", MUST, DESK_LIST_MAX, touches, "The newest first."), NEXT};
const struct shape shape_touched =
    SHAPE("touched", "A page of what one's own unit keeps and a request touched.", touched_fields);
