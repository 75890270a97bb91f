@rule-workload-kept-on-failure @core
Feature: A service that loses its runtime keeps its running workload
  If KServe reconciles a service and no longer finds a runtime, it reports the failure and stops. It neither changes
  nor deletes the workload of the earlier choice, so the model is still served.

  Background:
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |

  Scenario: The selected runtime is disabled
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "model-server"
    When ClusterServingRuntime "model-server" is disabled
    And KServe reconciles the service again
    Then it has no runtime because of "NoSupportingRuntime"
    And its workload still runs on ClusterServingRuntime "model-server"

  Scenario: The named runtime is disabled
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it runs on ClusterServingRuntime "model-server"
    When ClusterServingRuntime "model-server" is disabled
    And KServe reconciles the service again
    Then it has no runtime because of "RuntimeDisabled"
    And its workload still runs on ClusterServingRuntime "model-server"

  Scenario: The named runtime is deleted
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it runs on ClusterServingRuntime "model-server"
    When ClusterServingRuntime "model-server" is deleted
    And KServe reconciles the service again
    Then it has no runtime because of "RuntimeNotRecognized"
    And its workload still runs on ClusterServingRuntime "model-server"

  Scenario: A disabled namespaced runtime starts to shadow the cluster runtime
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it runs on ClusterServingRuntime "model-server"
    When a ServingRuntime "model-server" in namespace "team-a" that is disabled is applied
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And KServe reconciles the service again
    Then it has no runtime because of "RuntimeDisabled"
    And its workload still runs on ClusterServingRuntime "model-server"

  Scenario: The service starts to request a format that no runtime supports
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
            storageUri: gs://example/models/model
      """
    Then it runs on ClusterServingRuntime "model-server"
    When the service is updated to
      """
      metadata:
        name: model
        namespace: team-a
      spec:
        predictor:
          model:
            modelFormat:
              name: xgboost
            storageUri: gs://example/models/model
      """
    Then it has no runtime because of "NoSupportingRuntime"
    And its workload still runs on ClusterServingRuntime "model-server"
