@rule-choice-made-at-each-reconcile @core
Feature: KServe selects the runtime again with each reconcile
  A choice is not permanent. With each reconcile, whatever its cause, KServe selects from the runtimes that exist at
  that time. So an unchanged service can move to another runtime, or lose its runtime.

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

  Scenario: The service loses its runtime when autoSelect is removed
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

  Scenario: A service with a version loses its runtime when the runtime replaces that version
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

  Scenario: A service without a runtime gets one once it exists
    When a service in namespace "team-a" requests "xgboost"
    Then it has no runtime because of "NoSupportingRuntime"
    When a ClusterServingRuntime "second-server" is applied
      | format  | version | autoSelect |
      | xgboost | 1       | true       |
    And KServe reconciles the service again
    Then it runs on ClusterServingRuntime "second-server"

  @since-0.9.0
  Scenario: The service moves to a new runtime that is preferred for its protocols
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "first-server"
    When a ClusterServingRuntime "second-server" that speaks "v1" is applied
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And KServe reconciles the service again
    Then it runs on ClusterServingRuntime "second-server"

  @documented @since-0.11.1
  Scenario: The service moves to a new runtime with a higher priority
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
  Scenario: A service without automatic updates still gets a runtime as long as it is not ready
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
