/*
 * The schemas of the OpenAPI document, held against what the node answers: all of JSON Schema that the document uses, over
 * jansson and regex(3), with nothing of the node's own reading in between. A keyword that is not known here is a fault, so
 * that none is passed over.
 */
#ifndef BESA_TESTS_WEB_SCHEMA_H
#define BESA_TESTS_WEB_SCHEMA_H

#include "base/span.h"

#include <jansson.h>
#include <stdbool.h>

#define SCHEMA_WHY_SIZE 512

/* NULL prints why. Ended by json_decref. */
json_t *schema_document_read(struct span text);
/* Does the value fit the schema? False: `why` names place and keyword. */
bool schema_fits(const json_t *document, const json_t *schema, const json_t *value,
                 char why[SCHEMA_WHY_SIZE]);
/* The schema of this name; NULL when there is none. */
json_t *schema_find(const json_t *document, const char *name);
/* The schema of what comes in; NULL when there is none. */
json_t *schema_of_body(const json_t *document, const char *method, const char *path);
/* Is this an answer that the document knows: its status, its type (parameters apart), and its body? */
bool schema_answer_fits(const json_t *document, const char *method, const char *path,
                        unsigned status, const char *type, struct span body,
                        char why[SCHEMA_WHY_SIZE]);

#endif
