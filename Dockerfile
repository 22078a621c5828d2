# docker build -t gatewright . && docker run -p 127.0.0.1:4566:4566 gatewright
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags=-s -o /gatewright ./cmd/gatewright && mkdir /data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /gatewright /gatewright
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
VOLUME /data
EXPOSE 4566 8080
# Inside the container the port is open; publish it to loopback only.
ENTRYPOINT ["/gatewright"]
CMD ["serve", "--control", "0.0.0.0:4566", "--allow-open-control", "--gateway", "0.0.0.0:8080", "--data", "/data"]
