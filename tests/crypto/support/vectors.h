/*
 * Published vectors: every JSON file of a folder under BESA_VECTORS (environment), or tests/data/vectors.
 */
#ifndef BESA_TESTS_CRYPTO_SUPPORT_VECTORS_H
#define BESA_TESTS_CRYPTO_SUPPORT_VECTORS_H

#include "base/json.h"

#define VECTORS_COUNT_MAX 100000 /* groups, cases: far above what is published */

/* Visits each file; its contents are the field "file" of `wrapped`. Ends the program when one cannot be read. Gives how
 * many there were. */
size_t vectors_each(const char *folder,
                    void (*visit)(const char *name, struct json_object *wrapped));
/* Visits each case of each group of the Wycheproof files whose "algorithm" is this one. */
size_t vectors_wycheproof(const char *algorithm,
                          void (*visit)(const char *name, struct json_object *group,
                                        struct json_object *test));
/* The bytes of a field in hexadecimal, in the object's arena. */
struct span vectors_hex(struct json_object *object, const char *name);
/* Text, NUL-terminated; "" when absent. */
const char *vectors_text(struct json_object *object, const char *name);

#endif
