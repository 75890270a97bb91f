@rule-workload-kept-on-failure @core
Feature: A service that loses its runtime keeps what is running
  When KServe looks at a service again and finds no runtime any more, it reports so and stops there. What was started
  for the earlier choice is neither changed nor taken away, so the model goes on being served.

  Background:
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |

  Scenario: The chosen runtime is disabled
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

  Scenario: A disabled runtime of the namespace comes to hide the cluster's
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it runs on ClusterServingRuntime "model-server"
    When a ServingRuntime "model-server" in namespace "team-a" that is disabled is applied
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And KServe reconciles the service again
    Then it has no runtime because of "RuntimeDisabled"
    And its workload still runs on ClusterServingRuntime "model-server"

  Scenario: The service comes to ask for a format that no runtime has
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
