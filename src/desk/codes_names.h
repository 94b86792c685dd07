/* Words of the codes of an item, for those who do not see its rows. */
#ifndef BESA_DESK_CODES_NAMES_H
#define BESA_DESK_CODES_NAMES_H

#include "message/item.h"
#include "message/part.h"
#include "message/request.h"

/* Of one message: items in the body, items in parts, persons of a request. */
#define CODES_MARKING_MAX (ITEM_COUNT_MAX + PART_COUNT_MAX + PERSON_COUNT_MAX + 1)

/* 4x4: the source, then the information: "A1" to "X4". */
#define CODES_EVALUATION_COUNT (4 * SOURCE_EVAL_COUNT)
extern const char *const codes_evaluation_names[CODES_EVALUATION_COUNT];
#define CODES_WORDS_SIZE_MAX 256 /* of a row; all words have some 150 bytes */

#endif
