/** TLS of the gRPC port, with certificates that are replaced while it runs. */
@NullMarked
package dev.waystate.security.tls;

import org.jspecify.annotations.NullMarked;
