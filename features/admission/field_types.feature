@rule-schema-checked @core
Feature: The API server rejects manifests with fields of the wrong type
  The API server knows the type of each field and rejects a manifest with a wrong one. The most common mistake is a
  version: it is a string, but YAML reads version: 1 as a number.

  Scenario Outline: The version of a service's format must be a string: <version>
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          model:
            modelFormat:
              name: sklearn
              version: <version>
            storageUri: gs://example/models/model
      """
    Then the service is rejected

    Examples:
      | version |
      | 1       |
      | 1.0     |
      | true    |

  Scenario: A version in quotes is a string
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          model:
            modelFormat:
              name: sklearn
              version: "1"
            storageUri: gs://example/models/model
      """
    Then the service is accepted

  Scenario: The name of a service's format must be a string
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          model:
            modelFormat:
              name: 1
            storageUri: gs://example/models/model
      """
    Then the service is rejected

  Scenario: The version of a runtime's format must be a string
    When a ClusterServingRuntime "model-server" is applied
      """
      supportedModelFormats:
        - name: sklearn
          version: 1
          autoSelect: true
      """
    Then the runtime is rejected

  Scenario: autoSelect of a runtime must be a boolean, not a string
    When a ClusterServingRuntime "model-server" is applied
      """
      supportedModelFormats:
        - name: sklearn
          version: "1"
          autoSelect: "true"
      """
    Then the runtime is rejected

  Scenario: A format of a runtime must have a name
    When a ClusterServingRuntime "model-server" is applied
      """
      supportedModelFormats:
        - version: "1"
          autoSelect: true
      """
    Then the runtime is rejected

  @rule-containers-required
  Scenario: A runtime must have a list of containers
    When a ClusterServingRuntime "model-server" is applied
      """
      containers: null
      supportedModelFormats:
        - name: sklearn
          version: "1"
          autoSelect: true
      """
    Then the runtime is rejected

  @since-0.11.1
  Scenario Outline: A priority of a runtime must be an integer of at least 1: <priority>
    When a ClusterServingRuntime "model-server" is applied
      """
      supportedModelFormats:
        - name: sklearn
          version: "1"
          autoSelect: true
          priority: <priority>
      """
    Then the runtime is rejected

    Examples:
      | priority |
      | 0        |
      | -1       |
      | "1"      |
      | 1.5      |

  @since-0.11.1
  Scenario: The lowest priority is 1
    When a ClusterServingRuntime "model-server" is applied
      """
      supportedModelFormats:
        - name: sklearn
          version: "1"
          autoSelect: true
          priority: 1
      """
    Then the runtime is accepted

  @extended @until-0.11.0
  Scenario: Up to v0.11.0 a priority is an unknown field and is dropped
    When a ClusterServingRuntime "model-server" is applied
      """
      supportedModelFormats:
        - name: sklearn
          version: "1"
          autoSelect: true
          priority: 0
      """
    Then the runtime is accepted

  @since-0.9.0
  Scenario: The protocols of a runtime must be a list
    When a ClusterServingRuntime "model-server" is applied
      """
      protocolVersions: v1
      supportedModelFormats:
        - name: sklearn
          version: "1"
          autoSelect: true
      """
    Then the runtime is rejected
