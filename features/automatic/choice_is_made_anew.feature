@rule-choice-re-made-at-reconcile @core
Feature: A service's runtime is chosen anew each time KServe looks at the service
  A choice does not last. Whenever KServe looks at a service again, for whatever reason, it chooses from the runtimes
  that there are by then. The service can so move to another runtime, or lose the one it had, without being changed.

  Background:
    Given a ClusterServingRuntime "first-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |

  Scenario: The service moves when its runtime is disabled
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "first-server"
    When a ClusterServingRuntime "second-server" is applied
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And ClusterServingRuntime "first-server" is disabled
    And KServe reconciles the service again
    Then it runs on ClusterServingRuntime "second-server"

  Scenario: The service moves when its runtime is deleted
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "first-server"
    When a ClusterServingRuntime "second-server" is applied
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And ClusterServingRuntime "first-server" is deleted
    And KServe reconciles the service again
    Then it runs on ClusterServingRuntime "second-server"

  Scenario: The service moves when its namespace gets a runtime of its own
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "first-server"
    When a ServingRuntime "own-server" in namespace "team-a" is applied
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And KServe reconciles the service again
    Then it runs on ServingRuntime "own-server" in namespace "team-a"

  Scenario: The service loses its runtime when that is offered no longer
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "first-server"
    When ClusterServingRuntime "first-server" is patched with
      """
      supportedModelFormats:
        - name: sklearn
          version: "1"
          autoSelect: false
      """
    And KServe reconciles the service again
    Then it has no runtime because of "NoSupportingRuntime"

  Scenario: The service that asks for a version loses its runtime when the version is exchanged
    When a service in namespace "team-a" requests "sklearn" version "1"
    Then it runs on ClusterServingRuntime "first-server"
    When ClusterServingRuntime "first-server" is patched with
      """
      supportedModelFormats:
        - name: sklearn
          version: "2"
          autoSelect: true
      """
    And KServe reconciles the service again
    Then it has no runtime because of "NoSupportingRuntime"

  Scenario: A service without a runtime gets one once there is one
    When a service in namespace "team-a" requests "xgboost"
    Then it has no runtime because of "NoSupportingRuntime"
    When a ClusterServingRuntime "second-server" is applied
      | format  | version | autoSelect |
      | xgboost | 1       | true       |
    And KServe reconciles the service again
    Then it runs on ClusterServingRuntime "second-server"

  @since-0.9.0
  Scenario: The service moves to a new runtime that comes first by its protocols
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "first-server"
    When a ClusterServingRuntime "second-server" that speaks "v1" is applied
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And KServe reconciles the service again
    Then it runs on ClusterServingRuntime "second-server"

  @documented @since-0.11.1
  Scenario: The service moves to a new runtime of higher priority
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "first-server"
    When a ClusterServingRuntime "second-server" is applied
      | format  | version | autoSelect | priority |
      | sklearn | 1       | true       | 1        |
    And KServe reconciles the service again
    Then it runs on ClusterServingRuntime "second-server"

  @extended
  Scenario: Applying the unchanged service again keeps its runtime
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "first-server"
    When the service is applied again
    Then it runs on ClusterServingRuntime "first-server"

  @rule-disable-auto-update @extended @since-0.16.0
  Scenario: A service that wants no automatic updates is still chosen for until it is ready
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/disable-auto-update: "true"
      spec:
        predictor:
          model:
            modelFormat:
              name: xgboost
            storageUri: gs://example/models/model
      """
    Then it has no runtime because of "NoSupportingRuntime"
    When a ClusterServingRuntime "second-server" is applied
      | format  | version | autoSelect |
      | xgboost | 1       | true       |
    And KServe reconciles the service again
    Then it runs on ClusterServingRuntime "second-server"
