/* The codes of an item, as desk/codes.h writes them. Private to web/shapes_*.c. */
#ifndef BESA_WEB_SHAPE_CODES_H
#define BESA_WEB_SHAPE_CODES_H

#include "desk/codes_names.h"
#include "web/shape_rows.h"

extern const struct shape shape_transfer_ground;
extern const struct shape *const shape_transfer_grounds[1];
/* The member `rights` of a request (shapes_duty.c). */
extern const struct shape *const shape_rights_of_request[1];
/* The member `codes` of an item. */
extern const struct shape *const shape_codes_of_item[1];

/* The same of a row of a list. */
#define CODES_WORDS                                                                                \
    TEXT("codes", MAY, 1, CODES_WORDS_SIZE_MAX,                                                    \
         "Of the message and all that is in it, as words: handling, classification, evaluation, "  \
         "nature, partial. Absent: it is not here.")

#define CODES(needed)                                                                              \
    CHOICES("handling", needed, 0, handling_names, "Of the message and all that is in it."),       \
        CHOICE("classification", needed, classification_names, "The highest of the same."),        \
        CHOICES("evaluation", needed, 0, codes_evaluation_names,                                   \
                "4x4 of what is in it: the source, then the information."),                        \
        CHOICES("nature", needed, 0, nature_names, "Of what is in it."),                           \
        BOOLEAN("partial", MAY, "True: something of it is not held here; it may be stricter."),    \
        TEXTS("handling_notes", MAY, 1, CODES_MARKING_MAX, MARKING_NOTE_SIZE_MAX,                  \
              "What H3 says, each once."),                                                         \
        CHOICES("source_systems", needed, 0, source_system_names,                                  \
                "The systems that it was taken from."),                                            \
        CHOICE("permitted_action", MAY, permitted_action_names_said,                               \
               "What the receiver may do in the field: the narrowest."),                           \
        CHOICES("special_categories", MAY, 0, special_category_names,                              \
                "Of Article 10 of Directive (EU) 2016/680, in it."),                               \
        BOOLEAN("restricted", MAY, "True: contested, or kept for evidence alone."),                \
        LIST("transfer", MAY, CODES_MARKING_MAX, shape_transfer_grounds,                           \
             "Under which provision it went to the other state, each once.")

/* Without the first, which is none. */
extern const char *const transfer_ground_names_said[TRANSFER_GROUND_COUNT - 1];
extern const char *const permitted_action_names_said[PERMITTED_ACTION_COUNT - 1];

#endif
