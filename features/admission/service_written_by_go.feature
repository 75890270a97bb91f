@core
Feature: The webhook decodes a service and writes it again before the schema is checked
  The defaulter decodes a service into Go types and encodes it again, and the API server validates the result. So some
  invalid fields are accepted, and some fields are rejected that are not in the manifest.

  @rule-service-decoded
  Scenario: A port beyond 32 bits is rejected
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
            ports: [{containerPort: 2147483648}]
      """
    Then the service is rejected

  @rule-service-encoded-by-go
  Scenario Outline: A null element of a list is an empty one: <list>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
            <list>: [null]
      """
    Then the service is accepted

    Examples:
      | list  |
      | env   |
      | ports |

  @rule-service-encoded-by-go
  Scenario: A null text of a list is an empty one
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
            args: [null]
      """
    Then the service is accepted

  @rule-service-encoded-by-go
  Scenario: A quantity may be a number without quotes
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
            resources: {requests: {cpu: 0.5}}
      """
    Then the service is accepted

  @rule-service-encoded-by-go
  Scenario Outline: A projected volume without sources is rejected: <volume>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          volumes: [{name: models, <volume>}]
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then the service is rejected with "spec.predictor.volumes[0].projected.sources in body must be of type array"

    Examples:
      | volume                     |
      | projected: {}              |
      | projected: {sources: null} |

  @rule-service-encoded-by-go
  Scenario: A projected volume may have an empty list of sources
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          volumes: [{name: models, projected: {sources: []}}]
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then the service is accepted

  @rule-service-encoded-by-go
  Scenario Outline: A data source without an API group is rejected: <source>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          volumes: [{name: models, ephemeral: {volumeClaimTemplate: {spec: {dataSource: {<source>}}}}}]
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then the service is rejected with "dataSource.apiGroup in body must be of type string"

    Examples:
      | source                                                    |
      | kind: PersistentVolumeClaim, name: models                 |
      | apiGroup: null, kind: PersistentVolumeClaim, name: models |

  @rule-service-encoded-by-go
  Scenario: A data source with an API group is accepted
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          volumes: [{name: models, ephemeral: {volumeClaimTemplate: {spec: {dataSource: {apiGroup: example.com, kind: Models, name: models}}}}}]
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then the service is accepted

  @rule-grpc-probe-needs-service @since-0.10.0 @until-0.13.1
  Scenario Outline: A gRPC probe without a service is rejected: <probe>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
            readinessProbe: {grpc: {<probe>}}
      """
    Then the service is rejected with "grpc.service in body must be of type string"

    Examples:
      | probe                     |
      | port: 9000                |
      | port: 9000, service: null |

  @rule-grpc-probe-needs-service @since-0.10.0 @until-0.13.1
  Scenario: A gRPC probe may have an empty service
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
            readinessProbe: {grpc: {port: 9000, service: ""}}
      """
    Then the service is accepted

  @rule-service-encoded-by-go @since-0.14.0
  Scenario: A gRPC probe without a service has the default of the schema
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
            readinessProbe: {grpc: {port: 9000}}
      """
    Then the service is accepted
