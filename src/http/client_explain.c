/*
 * What went wrong with a call, in plain words that name the partner and the address, never what was sent. libcurl gives
 * a code, sometimes a number from OpenSSL or the system, and a text of its own; the text is shown only where the others
 * say too little.
 */
#include "http/client_parts.h"

#include <errno.h>
#include <time.h>

int64_t flight_clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Results of certificate verification as libcurl passes them on (X509_V_ERR_ of OpenSSL; stable numbers). */
enum certificate_fault {
    FAULT_NO_ISSUER = 2,
    FAULT_SIGNATURE = 7,
    FAULT_NOT_YET_VALID = 9,
    FAULT_EXPIRED = 10,
    FAULT_SELF_SIGNED = 18,
    FAULT_SELF_SIGNED_IN_CHAIN = 19,
    FAULT_NO_LOCAL_ISSUER = 20,
    FAULT_NO_LEAF_SIGNATURE = 21,
};

static void certificate_explain(struct flight *flight, struct error *err)
{
    const char *name = flight->call.target->name;
    long fault = 0;
    curl_easy_getinfo(flight->easy, CURLINFO_SSL_VERIFYRESULT, &fault);
    /* libcurl compares the name itself and leaves no number. */
    if (strstr(flight->trouble, "subject name") != NULL) {
        error_set(err, ERROR_LINK, "%s: the partner's certificate bears another name", name);
        return;
    }
    switch (fault) {
    case FAULT_NO_ISSUER:
    case FAULT_SIGNATURE:
    case FAULT_SELF_SIGNED:
    case FAULT_SELF_SIGNED_IN_CHAIN:
    case FAULT_NO_LOCAL_ISSUER:
    case FAULT_NO_LEAF_SIGNATURE:
        error_set(err, ERROR_LINK, "%s: certificate not issued by the institution of the agreement",
                  name);
        return;
    case FAULT_NOT_YET_VALID:
        error_set(err, ERROR_LINK, "%s: the partner's certificate is not yet valid", name);
        return;
    case FAULT_EXPIRED:
        error_set(err, ERROR_LINK, "%s: the partner's certificate has expired", name);
        return;
    default:
        error_set(err, ERROR_LINK, "%s: the partner's certificate is refused: %s", name,
                  flight->trouble);
    }
}

static void timeout_explain(struct flight *flight, struct error *err)
{
    const struct http_target *target = flight->call.target;
    curl_off_t handshake_us = 0;
    curl_easy_getinfo(flight->easy, CURLINFO_APPCONNECT_TIME_T, &handshake_us);
    long long taken_ms = (long long)(flight_clock_ms() - flight->begun_ms);
    if (handshake_us == 0)
        error_set(err, ERROR_LINK, "%s: no connection to %s within %lld ms", target->name,
                  target->address, taken_ms);
    else
        error_set(err, ERROR_LINK, "%s: no whole answer within %lld ms", target->name, taken_ms);
}

static void connect_explain(struct flight *flight, struct error *err)
{
    const struct http_target *target = flight->call.target;
    long number = 0;
    curl_easy_getinfo(flight->easy, CURLINFO_OS_ERRNO, &number);
    if (number == ECONNREFUSED)
        error_set(err, ERROR_LINK, "%s: connection refused by %s", target->name, target->address);
    else if (number != 0)
        error_set(err, ERROR_LINK, "%s: no connection to %s: %s", target->name, target->address,
                  strerror((int)number));
    else
        error_set(err, ERROR_LINK, "%s: no connection to %s: %s", target->name, target->address,
                  flight->trouble);
}

/* Every other failure on the line. In TLS 1.3 a server judges our certificate after our side of the handshake, so its
 * refusal arrives as an alert where an answer was expected. */
static void line_explain(struct flight *flight, CURLcode code, struct error *err)
{
    const char *name = flight->call.target->name;
    if (strstr(flight->trouble, "alert") != NULL && strstr(flight->trouble, "certificate") != NULL)
        error_set(err, ERROR_LINK, "%s: the partner does not accept our certificate", name);
    else if (strstr(flight->trouble, "alert protocol version") != NULL ||
             strstr(flight->trouble, "unsupported protocol") != NULL)
        error_set(err, ERROR_LINK, "%s: the partner does not speak TLS 1.3", name);
    else if (code == CURLE_SSL_CONNECT_ERROR)
        error_set(err, ERROR_LINK, "%s: TLS 1.3 handshake failed: %s", name, flight->trouble);
    else if (code == CURLE_PARTIAL_FILE || flight->response.size > 0)
        error_set(err, ERROR_LINK, "%s: the partner closed the line in the middle of its answer",
                  name);
    else if (code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR)
        error_set(err, ERROR_LINK, "%s: the partner closed the line without an answer", name);
    else
        error_set(err, ERROR_LINK, "%s: %s", name,
                  flight->trouble[0] != '\0' ? flight->trouble : curl_easy_strerror(code));
}

void flight_explain(struct flight *flight, CURLcode code, struct error *err)
{
    const struct http_target *target = flight->call.target;

    if (flight->is_refused)
        error_set(err, ERROR_LINK, "%s: the partner's node showed a certificate that was revoked",
                  target->name);
    else if (flight->is_too_large)
        error_set(err, ERROR_LIMIT, "%s: the answer is larger than %zu bytes", target->name,
                  flight->call.response_size_max);
    else if (code == CURLE_OUT_OF_MEMORY)
        error_set(err, ERROR_LIMIT, "%s: memory is out", target->name);
    else if (code == CURLE_COULDNT_CONNECT)
        connect_explain(flight, err);
    else if (code == CURLE_COULDNT_RESOLVE_HOST)
        error_set(err, ERROR_LINK, "%s: address %s is not known", target->name, target->address);
    else if (code == CURLE_OPERATION_TIMEDOUT)
        timeout_explain(flight, err);
    else if (code == CURLE_PEER_FAILED_VERIFICATION)
        certificate_explain(flight, err);
    else if (code == CURLE_SSL_CACERT_BADFILE)
        error_set(err, ERROR_INPUT, "%s: the institution's certificate cannot be read",
                  target->name);
    else if (code == CURLE_SSL_CERTPROBLEM)
        error_set(err, ERROR_INPUT, "%s: our own TLS key or certificate cannot be used",
                  target->name);
    else
        line_explain(flight, code, err);
}
