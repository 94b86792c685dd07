/*
 * One value of an agreement: read out of its struct through the field of a form, and in words as a head of desk says it.
 */
#ifndef BESA_AGREEMENT_DIFFERENCE_VALUE_H
#define BESA_AGREEMENT_DIFFERENCE_VALUE_H

#include "agreement/difference_words.h"
#include "base/span.h"
#include "message/form.h"

/* Of a value in words, its end included. */
#define VALUE_WORDS_SIZE 160

/* `value` is the struct that the form describes; each reads the field of its kind. */
const void *field_at(const void *value, size_t offset);
int64_t field_integer(const struct form_field *field, const void *value);
unsigned field_choice(const struct form_field *field, const void *value);
uint64_t field_set(const struct form_field *field, const void *value);
bool field_boolean(const void *value, size_t offset);
struct span field_span(const struct form_field *field, const void *value);
/* Of a list: how many, and the first. */
size_t field_count(const struct form_field *field, const void *value);
const void *field_items(const struct form_field *field, const void *value);

/* A code without its underscores; NULL: "none". */
void code_words(char out[VALUE_WORDS_SIZE], const char *code);
/* "5 years", "'text...'", "2027-01-01". False for what is no single value. */
bool value_words(const struct form_field *field, const void *value, enum unit unit,
                 char out[VALUE_WORDS_SIZE]);

#endif
