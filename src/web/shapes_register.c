/* Shapes of the register and of translations. */
#include "desk/desk.h"
#include "desk/register_limits.h"
#include "desk/upload.h"
#include "message/marking.h"
#include "web/shape_codes.h"
#include "web/shape_rows.h"

#define TRANSLATION_COUNT 16
#define UPLOAD_SIZE       16 /* bytes of an upload's id */

static const struct shape_field put_fields[] = {
    CHOICE("channel", MUST, register_channel_names, "How it came."),
    TIME("received", MUST, "The true time of receipt."),
    TEXT("sender", MUST, 1, REGISTER_SENDER_SIZE_MAX, NULL),
    TEXT("subject", MUST, 1, REGISTER_SUBJECT_SIZE_MAX, NULL),
    TEXT("original", MUST, 1, REGISTER_ORIGINAL_SIZE_MAX, "Where the original lies."),
    BOOLEAN("oral", MAY, "True: by word of mouth."),
    BOOLEAN("urgent", MAY, "True, and oral: owed in writing within 12 hours."),
    HEX("scan", MAY, UPLOAD_SIZE, "An upload of one's own; it is kept."),
    INTEGER("confirms", MAY, 1, JSON_INTEGER_MAX, "What came by word of mouth before."),
};
const struct shape shape_register_put =
    SHAPE("register_arguments", "What came otherwise than from a node.", put_fields);

#define REGISTERED                                                                                 \
    INTEGER("register", MUST, 1, JSON_INTEGER_MAX, NULL),                                          \
        TEXT("number", MUST, 6, 24, "2026/17: of its year, without a gap."),                       \
        TEXT("case", MAY, 1, NAME_SIZE_MAX, NULL),                                                 \
        CHOICE("channel", MAY, register_channel_names, NULL), BOOLEAN("oral", MAY, NULL),          \
        BOOLEAN("urgent", MAY, NULL), TIME("received", MAY, NULL), TIME("registered", MUST, NULL), \
        IDENTIFIER("registrar", MAY, NULL),                                                        \
        TEXT("sender", MAY, 0, REGISTER_SENDER_SIZE_MAX, NULL),                                    \
        TEXT("subject", MAY, 0, REGISTER_SUBJECT_SIZE_MAX, NULL),                                  \
        TEXT("original", MAY, 0, REGISTER_ORIGINAL_SIZE_MAX, NULL),                                \
        BOOLEAN("scan", MAY, "True: there is one."),                                               \
        INTEGER("confirms", MAY, 1, JSON_INTEGER_MAX, NULL),                                       \
        INTEGER("confirmed_by", MAY, 1, JSON_INTEGER_MAX, NULL),                                   \
        TIME("confirmation_due", MAY, "In writing."),                                              \
        INTEGER("minutes_left", MAY, -JSON_INTEGER_MAX, JSON_INTEGER_MAX, "Below 0: overdue.")

static const struct shape_field registered_fields[] = {REGISTERED};
const struct shape shape_registered = SHAPE("registered", "What is registered.", registered_fields);

static const struct shape_field row_fields[] = {
    REGISTERED, IDENTIFIER("ask_unit", MAY, "Of a restricted case: the number alone is shown.")};
static const struct shape row = SHAPE("register_row", "A row of the register.", row_fields);
static const struct shape *const rows[] = {&row};
static const struct shape_field list_fields[] = {LIST("list", MUST, DESK_LIST_MAX, rows, NULL),
                                                 NEXT};
const struct shape shape_register = SHAPE("register", "A page of the register.", list_fields);

static const struct shape_field translation_fields[] = {
    INTEGER("translation", MUST, 1, JSON_INTEGER_MAX, NULL),
    TEXT("language", MUST, 2, 2, NULL),
    TEXT("translator", MUST, 1, REGISTER_SENDER_SIZE_MAX, NULL),
    BOOLEAN("certified", MUST, NULL),
    TEXT("text", MUST, 1, TRANSLATION_SIZE_MAX, NULL),
    IDENTIFIER("registrar", MUST, "Who entered it."),
    TIME("made", MUST, NULL),
};
static const struct shape translation =
    SHAPE("translation", "A translation; the original prevails.", translation_fields);
static const struct shape *const translations[] = {&translation};

static const struct shape_field shown_fields[] = {
    REGISTERED, LIST("translations", MUST, TRANSLATION_COUNT, translations, NULL)};
const struct shape shape_registered_shown =
    SHAPE("registered_shown", "What is registered, with its translations.", shown_fields);

static const struct shape_field translation_arguments[] = {
    TEXT("language", MUST, 2, 2, "ISO 639-1."),
    TEXT("translator", MUST, 1, REGISTER_SENDER_SIZE_MAX, "Who translated; no service outside."),
    BOOLEAN("certified", MAY, "True: a sworn translation."),
    TEXT("text", MUST, 1, TRANSLATION_SIZE_MAX, NULL),
};
const struct shape shape_translation_put =
    SHAPE("translation_arguments", "A translation.", translation_arguments);

static const struct shape_field made_fields[] = {
    INTEGER("translation", MUST, 1, JSON_INTEGER_MAX, NULL)};
const struct shape shape_translation_made =
    SHAPE("translation_made", "The translation.", made_fields);

static const struct shape_field translations_fields[] = {
    BOOLEAN("original_prevails", MUST, "Always true."),
    /* Of the original: they are the translation's. */
    CODES(MAY),
    LIST("list", MUST, TRANSLATION_COUNT, translations, "In the order in which they came."),
    NEXT,
};
const struct shape shape_translations =
    SHAPE("translations", "A page of the translations of an item.", translations_fields);
